#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 |
			      (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* proc_pid_mountinfo(5): ID PARENT DEVICE ROOT MOUNT OPTIONS [...] - TYPE */
static bool is_cgroup2(char *line, char **mount)
{
	char *const type = strstr(line, " - ");
	char *field = line, *next;

	if (!type || strncmp(type + 3, "cgroup2 ", 8))
		return false;
	for (int i = 0; i < 4; i++) {
		field = strchr(field, ' ');
		if (!field++)
			return false;
	}
	next = strchr(field, ' ');
	if (!next)
		return false;
	*next = '\0';
	*mount = field;
	return true;
}

int tm_cgroup_find(struct tm_cgroup *cgroup)
{
	FILE *const mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *mount;
	size_t size = 0;
	bool found = false;

	memset(cgroup, 0, sizeof(*cgroup));
	cgroup->fd = -1;
	if (!mounts)
		return -1;
	while (!found && getline(&line, &size, mounts) > 0) {
		if (!is_cgroup2(line, &mount))
			continue;
		unescape(mount);
		found = strlen(mount) < sizeof(cgroup->mount);
		if (found)
			memcpy(cgroup->mount, mount, strlen(mount) + 1);
	}
	free(line);
	fclose(mounts);
	errno = ENOENT;
	return found ? 0 : -1;
}

int tm_cgroup_open(struct tm_cgroup *cgroup, const char *path)
{
	struct statfs system;
	struct stat status;

	snprintf(cgroup->path, sizeof(cgroup->path), "%s",
		path ? path : cgroup->mount);
	cgroup->fd = open(cgroup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup->fd < 0)
		return -1;
	if (fstatfs(cgroup->fd, &system) || fstat(cgroup->fd, &status))
		return -1;
	errno = ENOTSUP;
	cgroup->id = status.st_ino;
	return system.f_type == CGROUP2_SUPER_MAGIC ? 0 : -1;
}

int tm_cgroup_walk(const struct tm_cgroup *cgroup,
	void found(void *context, uint64_t id, const char *path), void *context)
{
	char mount[sizeof(cgroup->mount)];
	char *const paths[] = {mount, NULL};
	const size_t prefix = strlen(cgroup->mount);
	FTS *tree;
	FTSENT *entry;

	memcpy(mount, cgroup->mount, sizeof(mount));
	tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (!tree)
		return -1;
	while ((entry = fts_read(tree))) {
		if (entry->fts_info == FTS_D)
			found(context, entry->fts_statp->st_ino,
				entry->fts_path[prefix]
					? entry->fts_path + prefix
					: "/");
	}
	return fts_close(tree);
}
