#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"
#include "common/system/mounts.h"

int cgroup_find(struct cgroup_tree *cgroup)
{
	struct tm_mounts mounts;
	struct tm_mount mount;
	bool found = false;

	memset(cgroup, 0, sizeof(*cgroup));
	cgroup->fd = -1;
	if (tm_mounts_open(&mounts))
		return -1;
	while (!found && tm_mounts_next(&mounts, &mount)) {
		found = !strcmp(mount.type, "cgroup2") &&
				strlen(mount.point) < sizeof(cgroup->mount);
		if (found)
			memcpy(cgroup->mount, mount.point,
					strlen(mount.point) + 1);
	}
	tm_mounts_close(&mounts);
	errno = ENOENT;
	return found ? 0 : -1;
}

int cgroup_open(struct cgroup_tree *cgroup, const char *path)
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
