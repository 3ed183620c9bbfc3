#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "place.h"

#define LINKS_MAX 40 /* as the kernel spells it */
#define SAFE (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static int place_fail(struct tm_refusal *refusal)
{
	const int error = errno;

	refusal->flaw = TM_FLAW_ERROR;
	snprintf(refusal->text, sizeof(refusal->text), "%s", strerror(error));
	errno = error;
	return -1;
}

__attribute__((format(printf, 3, 4))) static int place_refuse(
		struct tm_refusal *refusal, enum tm_flaw flaw,
		const char *format, ...)
{
	va_list args;

	refusal->flaw = flaw;
	va_start(args, format);
	vsnprintf(refusal->text, sizeof(refusal->text), format, args);
	va_end(args);
	errno = EPERM;
	return -1;
}

/* Returns -1 and leaves errno alone. */
static int close_kept(int fd)
{
	const int error = errno;

	close(fd);
	errno = error;
	return -1;
}

const char *tm_kind_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a regular file";
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFCHR:
		return "a character device";
	case S_IFBLK:
		return "a block device";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFSOCK:
		return "a socket";
	}
	return "of an unknown kind";
}

bool tm_group_is_own(gid_t group, uid_t user)
{
	const struct group *members = getgrgid(group);
	const struct passwd *owner = getpwuid(user);

	if (!members || !owner || owner->pw_gid != group ||
			strcmp(members->gr_name, owner->pw_name))
		return false;
	for (char **name = members->gr_mem; *name; name++) {
		if (strcmp(*name, owner->pw_name))
			return false;
	}
	return true;
}

static bool is_trusted(uid_t user, enum tm_trust trust)
{
	return user == geteuid() || (user == 0 && trust != TM_TRUST_ME);
}

/* The owner's own group may write to a directory, as with umask 002. Not to our
 * files: checking the group would ask the name service while rows wait. */
static bool is_group_trusted(const struct stat *status)
{
	return S_ISDIR(status->st_mode) &&
			tm_group_is_own(status->st_gid, status->st_uid);
}

/* Of a directory that others use too, such as /tmp or /var/log, taking a right
 * away would break what they do. */
static const char *write_advice(const struct stat *status, const char *change)
{
	return S_ISDIR(status->st_mode)
			? "name a directory that only you can write to"
			: change;
}

static int place_check_rights(enum tm_trust trust, struct tm_refusal *refusal)
{
	const struct stat *status = &refusal->status;
	const unsigned mode = status->st_mode & 07777;
	const uintmax_t owner = status->st_uid, group = status->st_gid;

	if (!is_trusted(status->st_uid, trust))
		return place_refuse(refusal, TM_FLAW_OWNER,
				"it belongs to uid %ju (mode %04o), not to %syou",
				owner, mode,
				trust == TM_TRUST_ME ? "" : "root or to ");
	if (mode & S_IWOTH)
		return place_refuse(refusal, TM_FLAW_WRITE,
				"everybody can write to it (owner uid %ju, mode %04o; "
				"%s)",
				owner, mode,
				write_advice(status, "run chmod o-w"));
	if (mode & S_IWGRP && !is_group_trusted(status))
		return place_refuse(refusal, TM_FLAW_WRITE,
				"group %ju can write to it (owner uid %ju, mode %04o; "
				"%s)",
				group, owner, mode,
				write_advice(status, "run chmod g-w"));
	return 0;
}

static int place_check_file(enum tm_trust trust, struct tm_refusal *refusal)
{
	const struct stat *status = &refusal->status;

	if (!S_ISREG(status->st_mode))
		return place_refuse(refusal, TM_FLAW_KIND, "it is %s",
				tm_kind_name(status->st_mode));
	if (trust == TM_TRUST_ALL)
		return 0;
	if (status->st_nlink > 1)
		return place_refuse(refusal, TM_FLAW_NAMES,
				"it has %ju hard links",
				(uintmax_t)status->st_nlink);
	return place_check_rights(trust, refusal);
}

static int open_start(const char *path)
{
	return open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Opens the first name of the remaining path and advances past it. */
static int open_next(int at, const char **left, struct tm_refusal *refusal)
{
	const size_t size = strcspn(*left, "/");

	if (size > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(refusal->name, *left, size);
	refusal->name[size] = '\0';
	*left += size;
	return openat(at, refusal->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Puts the link's target before the remaining path. */
static int expand(int link, char path[2 * PATH_MAX], const char *left)
{
	char target[2 * PATH_MAX];
	const ssize_t n = readlinkat(link, "", target, PATH_MAX);

	if (n < 0)
		return -1;
	if (n + strlen(left) + 1 > sizeof(target)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(target + n, left, strlen(left) + 1);
	memcpy(path, target, strlen(target) + 1);
	return 0;
}

static bool is_link(int fd, struct stat *status)
{
	return !fstat(fd, status) && S_ISLNK(status->st_mode);
}

/* Where the path, which now begins with the link's target, continues. */
static int place_follow(int at, int link, char path[2 * PATH_MAX],
		const char *left, struct tm_refusal *refusal)
{
	const uintmax_t owner = refusal->status.st_uid;

	if (!is_trusted(owner, TM_TRUST_ROOT))
		return place_refuse(refusal, TM_FLAW_WAY,
				"on the way, %s is a symbolic link that belongs to uid "
				"%ju",
				refusal->name, owner);
	if (expand(link, path, left))
		return -1;
	return *path == '/' ? open_start(path) : fcntl(at, F_DUPFD_CLOEXEC, 0);
}

/* Walks the path name by name, to see who owns the links on it. */
static int walk(char path[2 * PATH_MAX], struct tm_refusal *refusal)
{
	const char *left = path;
	unsigned links = 0;
	int at = open_start(path);
	int next, link;

	while (at >= 0 && *(left += strspn(left, "/"))) {
		next = open_next(at, &left, refusal);
		if (next >= 0 && is_link(next, &refusal->status)) {
			link = next;
			errno = ELOOP;
			next = ++links > LINKS_MAX
					? -1
					: place_follow(at, link, path, left,
							  refusal);
			close_kept(link);
			left = path;
		}
		close_kept(at);
		at = next;
	}
	return at;
}

static int check_directory(
		int fd, enum tm_trust trust, struct tm_refusal *refusal)
{
	if (fstat(fd, &refusal->status))
		return place_fail(refusal);
	if (!S_ISDIR(refusal->status.st_mode)) {
		errno = ENOTDIR;
		return place_fail(refusal);
	}
	return trust == TM_TRUST_ALL ? 0 : place_check_rights(trust, refusal);
}

/* The fix of a mistake that is made often. */
static int no_directory(struct tm_refusal *refusal)
{
	place_fail(refusal);
	if (errno == ENOENT)
		snprintf(refusal->text, sizeof(refusal->text),
				"no such directory; create it with mkdir(1)");
	return -1;
}

static int open_directory(const char *path, size_t size, enum tm_trust trust,
		struct tm_refusal *refusal)
{
	char left[2 * PATH_MAX];
	int fd;

	if (size >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return place_fail(refusal);
	}
	memcpy(left, path, size);
	left[size] = '\0';
	refusal->flaw = TM_FLAW_ERROR;
	fd = walk(left, refusal);
	if (fd < 0)
		return refusal->flaw == TM_FLAW_WAY ? -1
						    : no_directory(refusal);
	return check_directory(fd, trust, refusal) ? close_kept(fd) : fd;
}

int tm_place_open(const char *path, enum tm_trust trust,
		struct tm_refusal *refusal)
{
	return open_directory(path, strlen(path), trust, refusal);
}

int tm_place_open_for(const char *file, const char **name, enum tm_trust trust,
		struct tm_refusal *refusal)
{
	const char *slash = strrchr(file, '/');

	*name = slash ? slash + 1 : file;
	return open_directory(file, *name - file, trust, refusal);
}

int tm_place_look(int place, const char *name, enum tm_trust trust,
		struct tm_refusal *refusal)
{
	if (!fstatat(place, name, &refusal->status, AT_SYMLINK_NOFOLLOW))
		return place_check_file(trust, refusal);
	return errno == ENOENT ? 1 : place_fail(refusal);
}

/* Checks what was opened: the name may lead to another file by now. */
static int check_opened(int fd, enum tm_trust trust, struct tm_refusal *refusal)
{
	if (fstat(fd, &refusal->status))
		return place_fail(refusal);
	if (!refusal->status.st_nlink) {
		errno = ENOENT; /* removed meanwhile */
		return place_fail(refusal);
	}
	return place_check_file(trust, refusal);
}

int tm_place_file(int place, const char *name, int flags, mode_t mode,
		enum tm_trust trust, struct tm_refusal *refusal)
{
	int fd;

	if (tm_place_look(place, name, trust, refusal) < 0)
		return -1;
	fd = openat(place, name, flags | SAFE, mode);
	if (fd < 0)
		return place_fail(refusal);
	return check_opened(fd, trust, refusal) ? close_kept(fd) : fd;
}

/* If the holder is gone by now, or in another pid namespace, it cannot be
 * named. */
static int refuse_held(int fd, struct tm_refusal *refusal)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK ||
			lock.l_pid <= 0)
		return place_refuse(refusal, TM_FLAW_HELD, "another process");
	return place_refuse(refusal, TM_FLAW_HELD, "process %jd",
			(intmax_t)lock.l_pid);
}

/* Record locks rather than flock(2): the kernel knows who holds them, and
 * children do not inherit them. */
int tm_place_lock(int place, const char *name, struct tm_refusal *refusal)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const int fd = tm_place_file(place, name, O_RDWR | O_CREAT, 0600,
			TM_TRUST_ROOT, refusal);

	if (fd < 0 || !fcntl(fd, F_SETLK, &lock))
		return fd;
	if (errno == EAGAIN || errno == EACCES)
		refuse_held(fd, refusal);
	else
		place_fail(refusal);
	return close_kept(fd);
}

int tm_place_sync(int place)
{
	const int fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fsync(fd))
		return close_kept(fd);
	return close(fd);
}
