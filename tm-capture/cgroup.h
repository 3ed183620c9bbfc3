/* The cgroup2 tree: where it is mounted, and the paths of its ids. */
#ifndef TM_CAPTURE_CGROUP_H
#define TM_CAPTURE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#define CGROUP_ROOT                                                            \
	1 /* the id of the root outside any cgroup namespace                   \
	   */

struct cgroup_tree {
	int fd;
	uint64_t id;
	char mount[4096]; /* root of the tree */
	char path[4096];  /* of the cgroup itself, "" before cgroup_open */
};

/* Finds the cgroup2 mount in /proc/self/mountinfo. 0, or -1 with errno, which
 * is ENOENT if there is none. */
int cgroup_find(struct cgroup_tree *cgroup);

/* Opens the cgroup at path, or the root of the tree for NULL. 0, or -1 with
 * errno, which is ENOTSUP if path is not a cgroup2 directory. */
int cgroup_open(struct cgroup_tree *cgroup, const char *path);

#endif
