#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/record/event.h"
#include "common/stream/output.h"
#include "user-file.h"

#define NAMED 20 /* failing files, before it is only counted */

static void user_file_name(const struct csv_files *files,
		const struct user_file *file, char name[NAME_MAX + 1])
{
	const struct csv_files_target *target = files->target;

	if (target->file)
		snprintf(name, NAME_MAX + 1, "%s", target->file);
	else if (file->uid == TM_NOBODY)
		snprintf(name, NAME_MAX + 1, "traffic_user_%s_none.log",
				target->nic);
	else
		snprintf(name, NAME_MAX + 1, "traffic_user_%s_%" PRIu32 ".log",
				target->nic, file->uid);
}

/* --- lists --- */

void user_list_add(struct user_list *list, struct csv_files *files,
		struct user_file *file)
{
	file->place = list->count;
	list->numbers[list->count++] = file - files->all;
}

static void user_list_remove(struct user_list *list, struct csv_files *files,
		struct user_file *file)
{
	const uint32_t last = list->numbers[--list->count];

	list->numbers[file->place] = last;
	files->all[last].place = file->place;
}

static void user_file_unlink(struct csv_files *files, struct user_file *file)
{
	if (file->newer == NO_FILE)
		files->newest = file->older;
	else
		files->all[file->newer].older = file->older;
	if (file->older == NO_FILE)
		files->oldest = file->newer;
	else
		files->all[file->older].newer = file->newer;
	files->open_count--;
}

static void user_file_link(struct csv_files *files, struct user_file *file)
{
	const uint32_t number = file - files->all;

	file->newer = NO_FILE;
	file->older = files->newest;
	if (files->newest == NO_FILE)
		files->oldest = number;
	else
		files->all[files->newest].newer = number;
	files->newest = number;
	files->open_count++;
}

/* --- one file --- */

/* A file whose rows may not have reached the disk stays suspect: what a later
 * fsync(2) says does not hold for what was lost before it. */
static void user_file_suspect(struct csv_files *files, struct user_file *file,
		const char *call)
{
	char name[NAME_MAX + 1];

	files->is_suspect = true;
	if (file->is_suspect)
		return;
	file->is_suspect = true;
	user_file_name(files, file, name);
	warn("%s: %s: rows may be missing in it", name, call);
}

void user_file_sync(struct csv_files *files, struct user_file *file)
{
	if (file->is_unsynced && file->fd >= 0 && fsync(file->fd))
		user_file_suspect(files, file, "fsync");
}

void user_file_close(struct csv_files *files, struct user_file *file)
{
	if (file->fd < 0)
		return;
	user_file_sync(files, file);
	user_file_unlink(files, file);
	if (close(file->fd) && errno != EINTR)
		user_file_suspect(files, file, "close");
	file->fd = -1;
}

static gid_t give_nobody(struct csv_files *files, const struct user_file *file,
		const char *why)
{
	if (!files->said_group)
		warnx("uid %" PRIu32 " %s: its file stays unreadable to it, "
		      "and so do those of others like it",
				file->uid, why);
	files->said_group = true;
	return -1;
}

static gid_t group_of(struct csv_files *files, const struct user_file *file)
{
	const struct passwd *user;

	if (!files->target->is_readable)
		return files->target->group;
	if (!tm_names_are_here(files->target->names))
		return give_nobody(files, file, "may be another machine's");
	user = file->uid == TM_NOBODY ? NULL : getpwuid(file->uid);
	if (!user)
		return -1;
	if (tm_group_is_own(user->pw_gid, file->uid))
		return user->pw_gid;
	return give_nobody(files, file, "has no group of its own");
}

static void user_file_give(struct csv_files *files, struct user_file *file)
{
	const gid_t group = group_of(files, file);
	const bool is_given = !csv_file_give(file->fd, group);

	if (is_given || files->said_group)
		return;
	files->said_group = true;
	warn("uid %" PRIu32 ": its file cannot be given to group %ju",
			file->uid, (uintmax_t)group);
}

int user_file_open(struct csv_files *files, struct user_file *file,
		char text[CSV_REFUSAL_SIZE])
{
	const ino_t known = file->inode;
	char name[NAME_MAX + 1];

	user_file_name(files, file, name);
	while (files->open_count >= files->open_limit)
		user_file_close(files, &files->all[files->oldest]);
	for (;;) {
		file->fd = csv_file_open(files->directory, name, files->layout,
				&file->inode, text);
		if (file->fd >= 0)
			break;
		if ((errno != EMFILE && errno != ENFILE) || !files->open_count)
			return -1;
		user_file_close(files, &files->all[files->oldest]);
	}
	user_file_link(files, file);
	if (file->inode != known)
		user_file_give(files, file);
	return 0;
}

/* Makes the descriptor fit to append to: open, and of a file that still has a
 * name; begun with a header where there is to be one. */
static int user_file_prepare(struct csv_files *files, struct user_file *file,
		char text[CSV_REFUSAL_SIZE])
{
	const char *header = files->layout->header;
	struct stat status;

	for (unsigned i = 0; i < 2; i++) {
		if (file->fd < 0 && user_file_open(files, file, text))
			return -1;
		if (!fstat(file->fd, &status) && status.st_nlink)
			break;
		user_file_close(files, file); /* it was removed */
		file->inode = 0;
	}
	if (file->fd < 0) {
		snprintf(text, CSV_REFUSAL_SIZE, "it is removed all the time");
		return -1;
	}
	user_file_unlink(files, file);
	user_file_link(files, file);
	if (!files->layout->with_header || status.st_size ||
			csv_file_append(file->fd, header, strlen(header)) ==
					strlen(header))
		return 0;
	snprintf(text, CSV_REFUSAL_SIZE, "%s", strerror(errno));
	return -1;
}

static void user_file_say_failing(struct csv_files *files,
		struct user_file *file, const char *text)
{
	char name[NAME_MAX + 1];

	if (files->named++ > NAMED)
		return;
	user_file_name(files, file, name);
	if (files->named <= NAMED)
		warnx("%s: %s; its rows are kept while they fit 64 KiB, and "
		      "tried again each second",
				name, text);
	else
		warnx("more files fail; tm-csv counts them without naming them");
}

static void user_file_set_failing(struct csv_files *files,
		struct user_file *file, const char *text)
{
	if (file->is_failing)
		return;
	if (file->is_touched)
		user_list_remove(&files->touched, files, file);
	file->is_touched = false;
	file->is_failing = true;
	user_list_add(&files->failing, files, file);
	user_file_say_failing(files, file, text);
}

void user_file_set_well(struct csv_files *files, struct user_file *file)
{
	if (!file->is_failing)
		return;
	file->is_failing = false;
	user_list_remove(&files->failing, files, file);
	if (files->failing.count)
		return;
	files->named = 0;
	warnx("all files can be written again; %" PRIu64 " rows (%" PRIu64
	      " bytes) are owed",
			files->owed_rows, files->owed_bytes);
}

static size_t write_stdout(const char *rows, size_t size)
{
	if (!tm_write(STDOUT_FILENO, rows, size))
		return size;
	if (errno == EPIPE)
		exit(TM_DONE); /* its reader has seen enough */
	err(TM_FAILED, "standard output");
}

/* Appends whole rows: how many bytes of them are written. */
size_t user_file_append(struct csv_files *files, struct user_file *file,
		const char *rows, size_t size)
{
	char text[CSV_REFUSAL_SIZE];
	size_t done;

	if (csv_files_is_stdout(files))
		return write_stdout(rows, size);
	if (user_file_prepare(files, file, text)) {
		user_file_set_failing(files, file, text);
		return 0;
	}
	done = csv_file_append(file->fd, rows, size);
	if (done < size)
		user_file_set_failing(files, file, strerror(errno));
	if (done && files->target->is_synced && !file->is_unsynced) {
		file->is_unsynced = true;
		files->unsynced.numbers[files->unsynced.count++] =
				file - files->all;
	}
	return done;
}
