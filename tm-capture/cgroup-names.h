/* The paths of cgroups, by id. A host may have tens of thousands, so the tree
 * is read a piece at a time: naming never keeps events waiting. */
#ifndef TM_CAPTURE_CGROUP_NAMES_H
#define TM_CAPTURE_CGROUP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup.h"

struct cgroup_names;

/* Reads all of the tree, before anything is metered. NULL: no memory. */
struct cgroup_names *cgroup_names_new(const struct cgroup_tree *tree);

/* The path below the mount ("/" is the root), or NULL. A cgroup that is not
 * known has the tree read again; it may be found later. */
const char *cgroup_names_find(struct cgroup_names *names, uint64_t id);

/* Continues to read, for 2 ms. Whether there is more to read. */
bool cgroup_names_continue(struct cgroup_names *names);

void cgroup_names_free(struct cgroup_names *names);

#endif
