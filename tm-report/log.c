#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/stream/output.h"
#include "common/system/place.h"
#include "log.h"

#define MODE 0640

static char problem[TM_REFUSAL_TEXT];

static const char *because_of_errno(void)
{
	return strerror(errno);
}

static const char *explain_kind(mode_t mode)
{
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "is a device";
	snprintf(problem, sizeof(problem), "is %s", tm_kind_name(mode));
	return problem;
}

static const char *explain(const struct tm_refusal *refusal)
{
	switch (refusal->flaw) {
	case TM_FLAW_WAY:
		return "a directory on the way is none, or another user's "
		       "symbolic link";
	case TM_FLAW_KIND:
		return explain_kind(refusal->status.st_mode);
	case TM_FLAW_NAMES:
		return "has other names (hard links)";
	case TM_FLAW_OWNER:
		snprintf(problem, sizeof(problem),
				"belongs to another user (uid %u)",
				refusal->status.st_uid);
		return problem;
	default:
		snprintf(problem, sizeof(problem), "%s", refusal->text);
		return problem;
	}
}

static bool is_file(int fd, const struct stat *status)
{
	struct stat held;

	return fd >= 0 && !fstat(fd, &held) && held.st_dev == status->st_dev &&
			held.st_ino == status->st_ino;
}

/* Whether it begins with text, as every report does: a recording or a database
 * named by mistake stays whole. */
static bool log_is_text(int fd)
{
	unsigned char bytes[64];
	const ssize_t size = pread(fd, bytes, sizeof(bytes), 0);
	ssize_t i;

	for (i = 0; i < size; i++) {
		if (bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t')
			return false;
	}
	return true;
}

static const char *log_take(struct log *log, int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		return because_of_errno();
	if (is_file(log->fd, &status)) {
		close(fd);
		return NULL;
	}
	if (!log_is_text(fd))
		return "is not a log: it does not hold text";
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? "is the log of another process"
					    : because_of_errno();
	if (log->fd >= 0)
		close(log->fd);
	log->fd = fd;
	return NULL;
}

const char *log_open(struct log *log, const char *path)
{
	struct tm_refusal refusal;
	const char *name, *why;
	int directory, fd;

	log->path = path;
	directory = tm_place_open_for(path, &name, TM_TRUST_ALL, &refusal);
	if (directory < 0)
		return explain(&refusal);
	if (!*name) {
		close(directory);
		return "is a directory";
	}
	fd = tm_place_file(directory, name, O_RDWR | O_APPEND | O_CREAT, MODE,
			TM_TRUST_ME, &refusal);
	close(directory);
	if (fd < 0)
		return explain(&refusal);
	why = log_take(log, fd);
	if (why)
		close(fd);
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
			warnx("%s: reports can be written again, %" PRIu64
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
