/* What is looked at: each adds its rows to the table. They stand in this
 * order because later ones use what earlier ones found. */
#ifndef TM_DOCTOR_CHECKS_H
#define TM_DOCTOR_CHECKS_H

#include "findings.h"

struct btf;

struct doctor {
	struct findings table;
	bool has_rights; /* so that EPERM is the kernel's own word */
	bool has_perfmon;
	char tree[4096]; /* where cgroup2 is mounted, "" = nowhere */
	int root;	 /* its descriptor, or -1 */
	struct btf *btf; /* the kernel's types, NULL = none */
};

void check_rights(struct doctor *doctor);
void check_limits(struct doctor *doctor);
void check_cgroups(struct doctor *doctor);
void check_kernel(struct doctor *doctor);
void check_machine(struct doctor *doctor);
void check_unseen(struct doctor *doctor);
void check_leftovers(struct doctor *doctor);

#endif
