/* The cgroup2 tree: where it is mounted, and what its ids are called. */
#ifndef TM_CAPTURE_CGROUP_H
#define TM_CAPTURE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#define TM_CGROUP_ROOT                                                         \
	1 /* the id of the whole tree's root, in no namespace                  \
	   */

struct tm_cgroup {
	int fd;
	uint64_t id;
	char mount[4096]; /* root of the tree */
	char path[4096];  /* of the cgroup itself, "" before tm_cgroup_open */
};

/* Finds the cgroup2 mount in /proc/self/mountinfo. 0, or -1 with errno, which
 * is ENOENT where there is none. */
int tm_cgroup_find(struct tm_cgroup *cgroup);

/* Opens the cgroup at path, or the root of the tree for NULL. 0, or -1 with
 * errno, which is ENOTSUP where path is not a cgroup2 directory. */
int tm_cgroup_open(struct tm_cgroup *cgroup, const char *path);

/* Calls found for every cgroup of the tree with its path below the mount ("/"
 * is the root). 0, or -1 and errno. */
int tm_cgroup_walk(const struct tm_cgroup *cgroup,
		void found(void *context, uint64_t id, const char *path),
		void *context);

#endif
