#include "files.h"

#include "place.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *name_of(const char *file, const char *suffix)
{
	char *name;

	return asprintf(&name, "%s%s", file, suffix) < 0 ? NULL : name;
}

static int find_names(struct tm_file_names *names, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;

	names->file = name_of(file, "");
	names->old = name_of(file, ".old");
	names->new = name_of(file, ".new");
	names->damaged = name_of(file, ".damaged");
	names->lock = name_of(file, ".lock");
	if (names->file && names->old && names->new && names->damaged &&
		names->lock)
		return 0;
	warnx("out of memory");
	return -1;
}

static int open_place(struct tm_files *files, const char *path)
{
	const char *slash = strrchr(path, '/');
	char problem[TM_PLACE_PROBLEM];
	char *dir;

	dir = slash ? strndup(path, slash == path ? 1 : slash - path)
		    : strdup(".");
	if (!dir) {
		warnx("out of memory");
		return -1;
	}
	files->dir = files->is_reader
			     ? open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC)
			     : tm_place_open(dir, problem);
	if (files->dir < 0 && files->is_reader)
		snprintf(problem, sizeof(problem), "%s", strerror(errno));
	free(dir);
	if (files->dir >= 0)
		return 0;
	warnx("%s: %s", path, problem);
	return -1;
}

int tm_files_refuse(
	const struct tm_files *files, const char *suffix, const char *why)
{
	warnx("%s%s: %s", files->path, suffix, why);
	return -1;
}

static const char *kind_problem(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return NULL;
	case S_IFLNK:
		return "is a symbolic link; name the file itself";
	case S_IFDIR:
		return "is a directory; name a file in it";
	case S_IFIFO:
		return "is a FIFO; the state is an ordinary file";
	default:
		return "is a device or socket; the state is an ordinary file";
	}
}

/* Nobody else can write in the directory, so what is seen is what is opened.
 * 0, 1 when there is no such file, -1 when it is refused. */
static int check_file(
	const struct tm_files *files, const char *name, const char *suffix)
{
	struct stat status;

	if (fstatat(files->dir, name, &status, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 1
				       : tm_files_refuse(files, suffix,
						 strerror(errno));
	if (kind_problem(status.st_mode))
		return tm_files_refuse(
			files, suffix, kind_problem(status.st_mode));
	if (files->is_reader)
		return 0;
	if (status.st_uid != geteuid() && status.st_uid)
		return tm_files_refuse(
			files, suffix, "belongs to another user");
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return tm_files_refuse(
			files, suffix, "others can write it; chmod go-w it");
	return 0;
}

int tm_files_openat(const struct tm_files *files, const char *name, int flags)
{
	return openat(files->dir, name,
		flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
}

/* A lock of the process and not of the descriptor: it does not pass to
 * children, and tells who has it. */
static int take_lock(struct tm_files *files)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (check_file(files, files->names.file, "") < 0 ||
		check_file(files, files->names.lock, ".lock") < 0)
		return -1;
	files->lock =
		tm_files_openat(files, files->names.lock, O_RDWR | O_CREAT);
	if (files->lock < 0)
		return tm_files_refuse(files, ".lock", strerror(errno));
	if (!fcntl(files->lock, F_SETLK, &lock))
		return 0;
	if (errno != EACCES && errno != EAGAIN)
		return tm_files_refuse(files, ".lock", strerror(errno));
	lock.l_type = F_WRLCK;
	if (!fcntl(files->lock, F_GETLK, &lock) && lock.l_type != F_UNLCK &&
		lock.l_pid > 0)
		warnx("%s: process %d has it in use; give each tm-account a "
		      "state of its own",
			files->path, lock.l_pid);
	else
		warnx("%s: another process has it in use", files->path);
	return -1;
}

/* 0, 1 when there is no such file, -1 when it cannot be read. */
static int read_file(struct tm_files *files, const char *name,
	const char *suffix, struct tm_journal *journal)
{
	const int found = check_file(files, name, suffix);
	int fd, result;

	if (found)
		return found;
	fd = tm_files_openat(files, name, O_RDONLY);
	if (fd < 0)
		return tm_files_refuse(files, suffix, strerror(errno));
	result = tm_journal_read(fd, journal, files->totals, files->runs);
	if (result)
		tm_files_refuse(files, suffix, strerror(errno));
	close(fd);
	return result;
}

/* The state file is missing or damaged: 0 when the previous one helps, 1 when
 * there is none, -1 when it is damaged too. */
static int read_old(struct tm_files *files)
{
	struct tm_journal old;
	const int found = read_file(files, files->names.old, ".old", &old);

	if (found)
		return found;
	return old.damaged_at < 0 ? 0 : -1;
}

static int read_missing(struct tm_files *files)
{
	switch (read_old(files)) {
	case 0:
		warnx("%s: is missing; going on from %s.old (to begin at 0 "
		      "remove both)",
			files->path, files->path);
		return 0;
	case 1:
		return 0;
	default:
		warnx("%s: is missing, and %s.old is damaged; restore one of "
		      "them, or move both away to begin at 0",
			files->path, files->path);
		return -1;
	}
}

static int read_damaged(struct tm_files *files, const struct tm_journal *found)
{
	const int old = read_old(files);

	if (!old) {
		warnx("%s: is damaged (offset %jd); going on from %s.old",
			files->path, (intmax_t)found->damaged_at, files->path);
		return 0;
	}
	if (!found->is_ours && old > 0)
		warnx("%s: is not a state of tm-account's; name another file",
			files->path);
	else
		warnx("%s: is damaged (offset %jd), and %s.old is %s; restore "
		      "one of them, or move both away to begin at 0",
			files->path, (intmax_t)found->damaged_at, files->path,
			old > 0 ? "missing" : "damaged too");
	return -1;
}

int tm_files_load(struct tm_files *files, struct tm_journal *found)
{
	const int result = read_file(files, files->names.file, "", found);

	if (result < 0)
		return -1;
	if (result > 0 || !found->size) /* mktemp(1) leaves an empty one */
		return read_missing(files);
	return found->damaged_at < 0 ? 0 : read_damaged(files, found);
}

int tm_files_open(struct tm_files *files, const char *path)
{
	files->path = path;
	files->dir = files->lock = -1;
	if (find_names(&files->names, path) || open_place(files, path))
		return -1;
	if (!files->is_reader)
		return take_lock(files);
	return check_file(files, files->names.file, "") > 0
		       ? tm_files_refuse(files, "", strerror(ENOENT))
		       : 0;
}

void tm_files_close(struct tm_files *files)
{
	free(files->names.file);
	free(files->names.old);
	free(files->names.new);
	free(files->names.damaged);
	free(files->names.lock);
	if (files->dir >= 0)
		close(files->dir);
	if (files->lock >= 0)
		close(files->lock); /* at last: now another may have it */
}
