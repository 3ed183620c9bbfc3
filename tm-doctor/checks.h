/* What is looked at: each adds its rows to the table. They stand in this
 * order because later ones use what earlier ones found. */
#ifndef TM_DOCTOR_CHECKS_H
#define TM_DOCTOR_CHECKS_H

#include "btf.h"
#include "table.h"

struct tm_doctor {
	struct tm_table table;
	bool has_rights; /* so that EPERM is the kernel's own word */
	bool has_perfmon;
	char tree[4096]; /* where cgroup2 is mounted, "" = nowhere */
	int root;	 /* its descriptor, or -1 */
	struct tm_btf btf;
};

void tm_check_rights(struct tm_doctor *doctor);
void tm_check_limits(struct tm_doctor *doctor);
void tm_check_cgroups(struct tm_doctor *doctor);
void tm_check_kernel(struct tm_doctor *doctor);
void tm_check_machine(struct tm_doctor *doctor);
void tm_check_unseen(struct tm_doctor *doctor);
void tm_check_leftovers(struct tm_doctor *doctor);

#endif
