#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static int refuse(
	char problem[TM_PLACE_PROBLEM], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(problem, TM_PLACE_PROBLEM, format, args);
	va_end(args);
	return -1;
}

static bool is_ours(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

/* Any prefix of the path that is a link must be root's or ours. */
static int check_links(const char *path, char problem[TM_PLACE_PROBLEM])
{
	char prefix[PATH_MAX];
	struct stat status;
	size_t length = 0;

	do {
		length += strspn(path + length, "/");
		length += strcspn(path + length, "/");
		if (length >= sizeof(prefix))
			return refuse(problem, "%s", strerror(ENAMETOOLONG));
		memcpy(prefix, path, length);
		prefix[length] = '\0';
		if (lstat(prefix, &status))
			return refuse(
				problem, "%s: %s", prefix, strerror(errno));
		if (S_ISLNK(status.st_mode) && !is_ours(status.st_uid))
			return refuse(problem,
				"%s: is a symbolic link of user %u's; name the "
				"directory itself",
				prefix, status.st_uid);
	} while (path[length]);
	return 0;
}

/* As Debian's user private groups are: the first group of the owner, without
 * further members. */
static bool is_own_group(uid_t owner, gid_t gid)
{
	const struct passwd *user = getpwuid(owner);
	const struct group *group = getgrgid(gid);

	return user && user->pw_gid == gid && group && !*group->gr_mem;
}

static int check_rights(
	int fd, const char *path, char problem[TM_PLACE_PROBLEM])
{
	struct stat status;

	if (fstat(fd, &status))
		return refuse(problem, "%s: %s", path, strerror(errno));
	if (!is_ours(status.st_uid))
		return refuse(problem,
			"%s: belongs to user %u (mode %o); use a directory of "
			"your own",
			path, status.st_uid, status.st_mode & 07777);
	if (status.st_mode & S_IWOTH ||
		(status.st_mode & S_IWGRP &&
			!is_own_group(status.st_uid, status.st_gid)))
		return refuse(problem,
			"%s: others can write in it (owner %u, mode %o); use a "
			"directory of your own, or chmod go-w",
			path, status.st_uid, status.st_mode & 07777);
	return 0;
}

int tm_place_open(const char *path, char problem[TM_PLACE_PROBLEM])
{
	int fd;

	if (check_links(path, problem))
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return refuse(problem, "%s: %s", path, strerror(errno));
	if (check_rights(fd, path, problem)) {
		close(fd);
		return -1;
	}
	return fd;
}
