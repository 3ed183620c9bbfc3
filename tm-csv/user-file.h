/* The file of one user while it is open, failing or neither, and the files of
 * all users, of which it is one. For csv-files.c. */
#ifndef TM_CSV_USER_FILE_H
#define TM_CSV_USER_FILE_H

#include "csv-files.h"

#define NO_FILE UINT32_MAX

struct user_file {
	char *rows;
	ino_t inode; /* as it was left, 0 = not yet known */
	uint32_t used, size;
	uint32_t uid;
	int fd;
	uint32_t newer, older; /* among those open */
	uint32_t place;	       /* in the list of touched or failing ones */
	bool is_touched;
	bool is_failing;
	bool is_unsynced;
	bool is_suspect;
};

struct user_list {
	uint32_t *numbers;
	uint32_t count;
};

struct csv_files {
	const struct csv_files_target *target;
	const struct csv_layout *layout;
	int directory;
	struct tm_index index; /* of uids; 0 for the one file */
	struct user_file *all;
	uint32_t room; /* in all and the lists */
	struct user_list touched, failing, unsynced;
	uint32_t newest, oldest, open_count, open_limit;
	uint32_t last, last_uid; /* the user of the row before */
	struct user_file *current;
	char *row; /* that is being made, in current's buffer or in spare */
	size_t memory;
	bool is_starved; /* of memory, until the next flush */
	uint64_t flushed_ns, retried_ns, synced_ns;
	uint64_t owed_rows, owed_bytes; /* dropped; not those in buffers */
	unsigned named;
	bool is_suspect;
	bool said_group;
	char spare[CSV_FILES_ROW_MAX];
};

static inline bool csv_files_is_stdout(const struct csv_files *files)
{
	return !files->target->directory;
}

/* Appends the file to a list that has room for all. */
void user_list_add(struct user_list *list, struct csv_files *files,
		struct user_file *file);

/* Closes others as long as too many are open. 0, or -1 with the reason. */
int user_file_open(struct csv_files *files, struct user_file *file,
		char text[CSV_REFUSAL_SIZE]);

/* Appends whole rows: how many bytes of them are written. */
size_t user_file_append(struct csv_files *files, struct user_file *file,
		const char *rows, size_t size);

/* All its rows are written: it fails no longer. */
void user_file_set_well(struct csv_files *files, struct user_file *file);

void user_file_sync(struct csv_files *files, struct user_file *file);

void user_file_close(struct csv_files *files, struct user_file *file);

#endif
