#include "place.h"

#include "common/exit.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel has it */

bool tm_group_is_own(gid_t group, uid_t user)
{
	const struct group *members = getgrgid(group);
	const struct passwd *owner = getpwuid(user);

	if (!members || !owner || strcmp(members->gr_name, owner->pw_name))
		return false;
	for (char **name = members->gr_mem; *name; name++) {
		if (strcmp(*name, owner->pw_name))
			return false;
	}
	return true;
}

static bool is_trusted(uid_t user)
{
	return user == 0 || user == geteuid();
}

const char *tm_place_refusal(
	char text[TM_REFUSAL_SIZE], const struct stat *status)
{
	const unsigned mode = status->st_mode & 07777;

	*text = '\0';
	if (!is_trusted(status->st_uid))
		snprintf(text, TM_REFUSAL_SIZE,
			"it belongs to uid %ju (mode %04o), not to root or to "
			"you",
			(uintmax_t)status->st_uid, mode);
	else if (mode & S_IWOTH)
		snprintf(text, TM_REFUSAL_SIZE,
			"everybody can write to it (owner uid %ju, mode %04o; "
			"chmod o-w mends it)",
			(uintmax_t)status->st_uid, mode);
	else if (mode & S_IWGRP &&
		 !tm_group_is_own(status->st_gid, status->st_uid))
		snprintf(text, TM_REFUSAL_SIZE,
			"group %ju can write to it (owner uid %ju, mode %04o; "
			"chmod g-w mends it)",
			(uintmax_t)status->st_gid, (uintmax_t)status->st_uid,
			mode);
	return text;
}

static int open_start(const char *path)
{
	return open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Puts the link's target before what is left of the path. */
static int expand(int link, char left[2 * PATH_MAX], const char *rest)
{
	char target[2 * PATH_MAX];
	const ssize_t n = readlinkat(link, "", target, PATH_MAX);

	if (n < 0)
		return -1;
	if (n + strlen(rest) + 1 > sizeof(target)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(target + n, rest);
	strcpy(left, target);
	return 0;
}

/* Moves *at to the next name of the path and returns what follows it. */
static const char *step(int *at, const char *path, char name[NAME_MAX + 1])
{
	const size_t size = strcspn(path, "/");
	int next;

	if (size > NAME_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(name, path, size);
	name[size] = '\0';
	next = openat(*at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return NULL;
	close(*at);
	*at = next;
	return path + size;
}

/* Goes along the path by hand, to see who made the links on it. The parent of
 * a link is kept open: a relative target starts there. */
static int walk(const char *path)
{
	char left[2 * PATH_MAX], name[NAME_MAX + 1];
	const char *rest = left;
	int at = open_start(path), parent;
	unsigned links = 0;
	struct stat status;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(left, path);
	while (at >= 0 && *(rest += strspn(rest, "/"))) {
		parent = fcntl(at, F_DUPFD_CLOEXEC, 0);
		rest = step(&at, rest, name);
		if (!rest || fstat(at, &status))
			return -1;
		if (!S_ISLNK(status.st_mode)) {
			close(parent);
			continue;
		}
		if (!is_trusted(status.st_uid))
			errx(TM_FAILED,
				"%s: refused: on the way, %s is a symbolic "
				"link that belongs to uid %ju",
				path, name, (uintmax_t)status.st_uid);
		if (++links > LINKS_MAX) {
			errno = ELOOP;
			return -1;
		}
		if (expand(at, left, rest))
			return -1;
		close(at);
		rest = left;
		at = *left == '/' ? open_start(left)
				  : fcntl(parent, F_DUPFD_CLOEXEC, 0);
		close(parent);
	}
	return at;
}

void tm_place_open(struct tm_place *place, const char *path)
{
	char refusal[TM_REFUSAL_SIZE];
	struct stat status;

	place->path = path;
	place->lock = -1;
	place->fd = walk(path);
	if (place->fd < 0 || fstat(place->fd, &status))
		err(TM_FAILED, "%s", path);
	if (!S_ISDIR(status.st_mode)) {
		errno = ENOTDIR;
		err(TM_FAILED, "%s", path);
	}
	if (*tm_place_refusal(refusal, &status))
		errx(TM_FAILED, "%s: refused: %s", path, refusal);
}

/* Record locks and not flock(2): the kernel knows who holds them. */
void tm_place_lock(struct tm_place *place, const char *name)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char refusal[TM_REFUSAL_SIZE];
	struct stat status;

	place->lock = openat(place->fd, name,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (place->lock < 0 || fstat(place->lock, &status))
		err(TM_FAILED, "%s/%s: cannot be locked", place->path, name);
	if (!S_ISREG(status.st_mode) || *tm_place_refusal(refusal, &status))
		errx(TM_FAILED, "%s/%s: refused: %s", place->path, name,
			S_ISREG(status.st_mode) ? refusal : "it is not a file");
	if (!fcntl(place->lock, F_SETLK, &lock))
		return;
	if (errno != EAGAIN && errno != EACCES)
		err(TM_FAILED, "%s/%s: cannot be locked", place->path, name);
	fcntl(place->lock, F_GETLK, &lock);
	errx(TM_FAILED,
		"%s: process %d writes the same files there; give another "
		"--nic or --dir",
		place->path, (int)lock.l_pid);
}
