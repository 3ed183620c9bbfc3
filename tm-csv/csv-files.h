/* Rows on their way to the file of each user: buffered, and written when the
 * input is idle, a buffer is full or a second has passed. What a full disk or
 * an unfit file does not take is kept, up to 64 KiB a file, and tried again
 * each second; what does not fit there is counted. Nothing here waits. */
#ifndef TM_CSV_CSV_FILES_H
#define TM_CSV_CSV_FILES_H

#include <stdint.h>

#include "common/base/index.h"
#include "common/record/names.h"
#include "csv-file.h"

/* Where the rows go. */
struct csv_files_target {
	const char *directory;
	const char *nic;  /* of the files' names */
	const char *file; /* the one file for all; NULL = one for each user;
			     with no directory: standard output */
	gid_t group;	  /* of new files, (gid_t)-1 = as it comes */
	bool is_readable; /* the group is the user's own, if names are here */
	const struct tm_names *names;
	bool is_synced; /* fsync(2) each 5 s */
};

struct csv_files;

/* A line on stderr and the end of the process when they cannot be written. */
struct csv_files *csv_files_open(const struct csv_files_target *target,
		const struct csv_layout *layout);

/* The directory's descriptor, -1 for standard output. */
int csv_files_directory(const struct csv_files *files);

/* The most that a row may take. */
#define CSV_FILES_ROW_MAX (1024 * 1024)

/* Where to put a row of this user that takes at most size bytes; it counts once
 * csv_files_end was told where it ends, its end of line included. */
char *csv_files_begin(struct csv_files *files, uint32_t uid, size_t size);
void csv_files_end(struct csv_files *files, const char *end);

/* How many ms from now something is due, 0 = at once, -1 = nothing at all. */
int csv_files_patience(const struct csv_files *files);

/* Does what is due; idle = the input has nothing more for now. */
void csv_files_work(struct csv_files *files, bool idle);

/* Closes all descriptors, so that files that were renamed are made anew. */
void csv_files_reopen(struct csv_files *files);

/* Rows that no file took yet, and their bytes. */
void csv_files_owed(
		const struct csv_files *files, uint64_t *rows, uint64_t *bytes);

/* Writes what is left and closes. 0, or -1 when rows are owed or a file is
 * suspect, which was said. */
int csv_files_close(struct csv_files *files);

#endif
