#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/record/event.h"
#include "recording.h"

/* The file of -w until the capture begins: it may still fail, and then nothing
 * was recorded. */
static struct {
	const char *path; /* NULL = none, or it has begun */
	uint64_t earlier; /* bytes that it has */
	bool is_new, is_quiet;
} pending;

static void recording_withdraw(void)
{
	if (pending.path && pending.is_new)
		unlink(pending.path);
}

/* Who called sudo wants to read it without. */
static void recording_give(int fd)
{
	const char *const user = getenv("SUDO_UID");
	const char *const group = getenv("SUDO_GID");
	uint64_t uid, gid;

	if (geteuid() || !user || !group ||
			!tm_number_parse(user, UINT32_MAX - 1, &uid) ||
			!tm_number_parse(group, UINT32_MAX - 1, &gid))
		return;
	if (fchown(fd, uid, gid))
		warn("the recording stays root's");
}

/* Two captures into one file would destroy each other's records. The lock is
 * that of standard output too, and ends with it. */
static void recording_lock(const char *path, int fd)
{
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return;
	if (errno == EWOULDBLOCK)
		errx(TM_FAILED, "%s: another process is writing it", path);
	warn("%s: not locked", path);
}

static int recording_create(const char *path)
{
	const int fd = open(path,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
			0640);

	if (fd < 0)
		return -1;
	if (fchmod(fd, 0640))
		warn("%s", path);
	recording_lock(path, fd);
	recording_give(fd);
	return fd;
}

/* Whatever else is there was not meant. */
static void check_earlier(const char *path, int fd, uint64_t size)
{
	uint32_t magic = 0;

	if (!size)
		return;
	if (pread(fd, &magic, sizeof(magic), 0) < 0)
		err(TM_FAILED, "%s", path);
	if ((magic ^ TM_MAGIC) & TM_MAGIC_FORMAT)
		errx(TM_FAILED,
				"%s: exists and is not a recording; name another "
				"file",
				path);
}

/* An earlier recording is written over, as by tcpdump; but no link to a file of
 * somebody else. */
static int recording_open_again(const char *path)
{
	const int fd = open(path,
			O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
					O_NOCTTY);
	struct stat status;

	if (fd < 0 && errno == ELOOP)
		errx(TM_FAILED, "%s: is a symbolic link; name the file", path);
	if (fd < 0 || fstat(fd, &status))
		err(TM_FAILED, "%s", path);
	if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
		errx(TM_FAILED,
				"%s: is not an ordinary file with one name; for "
				"a pipe, leave out -w",
				path);
	check_earlier(path, fd, status.st_size);
	recording_lock(path, fd);
	pending.earlier = status.st_size;
	return fd;
}

void recording_open(const char *path, bool is_quiet)
{
	int fd = recording_create(path);

	pending.is_new = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = recording_open_again(path);
	if (fd < 0)
		err(TM_FAILED, "%s", path);
	if (dup2(fd, STDOUT_FILENO) < 0)
		err(TM_FAILED, "%s", path);
	close(fd);
	pending.path = path;
	pending.is_quiet = is_quiet;
	atexit(recording_withdraw);
}

void recording_begin(void)
{
	const char *const path = pending.path;
	char size[TM_SIZE_SIZE];

	if (!path)
		return;
	pending.path = NULL;
	if (!pending.earlier)
		return;
	if (ftruncate(STDOUT_FILENO, 0))
		err(TM_FAILED, "%s", path);
	if (!pending.is_quiet)
		warnx("%s: replaced an earlier recording of %s", path,
				tm_size_format(size, pending.earlier));
}

void recording_check(void)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status) || !S_ISREG(status.st_mode) ||
			!(status.st_mode & S_IROTH))
		return;
	warnx("everybody can read this recording (mode %04o); -w FILE makes one "
	      "that only its owner and group can",
			(unsigned)status.st_mode & 07777);
}
