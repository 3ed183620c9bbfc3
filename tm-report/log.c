#include "log.h"

#include "common/stream.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0640

static char problem[256];

static const char *because_of_errno(void)
{
	return strerror(errno);
}

/* A link that only root or we could have made may lead on, as /var/run does. */
static bool is_trusted_link(int directory, const char *name)
{
	struct stat status;

	return !fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) &&
	       S_ISLNK(status.st_mode) &&
	       (!status.st_uid || status.st_uid == geteuid());
}

/* Steps into a directory; closes the one that it came from. -1 and errno. */
static int step(int directory, const char *name)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int next = openat(directory, name, flags | O_NOFOLLOW), error;

	if (next < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		if (is_trusted_link(directory, name))
			next = openat(directory, name, flags);
		else
			errno = errno == ELOOP ? ELOOP : ENOTDIR;
	}
	error = errno;
	close(directory);
	errno = error;
	return next;
}

/* The directory of the path, reached without a stranger's link; the rest of
 * the path is its last name. */
static int open_directory(const char *path, const char **name)
{
	int directory = open(
		*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char part[256];
	size_t length;

	for (;;) {
		path += strspn(path, "/");
		length = strcspn(path, "/");
		*name = path;
		if (directory < 0 || !path[length])
			return directory;
		if (length >= sizeof(part)) {
			close(directory);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(part, path, length);
		part[length] = '\0';
		directory = step(directory, part);
		path += length;
	}
}

static const char *kind(mode_t mode)
{
	return S_ISDIR(mode)	? "is a directory"
	       : S_ISLNK(mode)	? "is a symbolic link"
	       : S_ISFIFO(mode) ? "is a FIFO"
	       : S_ISSOCK(mode) ? "is a socket"
				: "is a device";
}

/* Why the file is not one of ours alone, or NULL. */
static const char *refuse(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return kind(status->st_mode);
	if (status->st_nlink > 1)
		return "has other names (hard links)";
	if (!status->st_nlink)
		return "was removed";
	if (status->st_uid == geteuid())
		return NULL;
	snprintf(problem, sizeof(problem), "belongs to another user (uid %u)",
		status->st_uid);
	return problem;
}

static bool is_same(int fd, const struct stat *status)
{
	struct stat held;

	return fd >= 0 && !fstat(fd, &held) && held.st_dev == status->st_dev &&
	       held.st_ino == status->st_ino;
}

static const char *take(struct log *log, int fd)
{
	struct stat status;
	const char *why;

	if (fstat(fd, &status))
		return because_of_errno();
	if (is_same(log->fd, &status)) {
		close(fd);
		return NULL;
	}
	why = refuse(&status);
	if (why)
		return why;
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? "is the log of another process"
					    : because_of_errno();
	if (log->fd >= 0)
		close(log->fd);
	log->fd = fd;
	return NULL;
}

static const char *open_in(struct log *log, int directory, const char *name)
{
	struct stat status;
	const char *why;
	int fd;

	/* what is no file is not even opened: a device may act on that */
	if (!fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) &&
		!S_ISREG(status.st_mode))
		return kind(status.st_mode);
	fd = openat(directory, name,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
			O_NOCTTY | O_CLOEXEC,
		MODE);
	if (fd < 0)
		return errno == ELOOP ? "is a symbolic link"
				      : because_of_errno();
	why = take(log, fd);
	if (why)
		close(fd);
	return why;
}

const char *log_open(struct log *log, const char *path)
{
	const char *name, *why;
	int directory;

	log->path = path;
	directory = open_directory(path, &name);
	if (directory < 0)
		return errno == ENOTDIR
			       ? "a directory on the way is none, or another "
				 "user's symbolic link"
			       : because_of_errno();
	why = *name ? open_in(log, directory, name) : "is a directory";
	close(directory);
	return why;
}

void log_begin(struct log *log)
{
	struct stat status;
	const char *why;

	log->error = 0;
	log->begun = -1;
	if (log->fd < 0 || fstat(log->fd, &status))
		return;
	log->begun = status.st_size;
	if (status.st_nlink)
		return;
	why = log_open(log, log->path);
	if (why)
		warnx("%s: was removed; the new one %s", log->path, why);
	else if (!fstat(log->fd, &status))
		log->begun = status.st_size;
}

void log_write(struct log *log, const char *data, size_t size)
{
	if (log->fd >= 0 && !log->error && tm_write(log->fd, data, size))
		log->error = errno;
}

void log_end(struct log *log)
{
	if (!log->error) {
		if (log->is_failing)
			warnx("%s: reports are written again, %" PRIu64
			      " were not",
				log->path, log->missed);
		log->is_failing = false;
		return;
	}
	if (!log->missed++ || !log->is_failing)
		warnx("%s: %s; the report is left out, the next is tried",
			log->path, strerror(log->error));
	log->is_failing = true;
	if (log->begun >= 0 && ftruncate(log->fd, log->begun))
		warn("%s", log->path);
}

int log_close(struct log *log)
{
	const int fd = log->fd;

	log->fd = -1;
	return fd >= 0 ? close(fd) : 0;
}
