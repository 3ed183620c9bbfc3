/* What of the kernel tm-capture uses, a row for each. */
#ifndef TM_DOCTOR_FEATURES_H
#define TM_DOCTOR_FEATURES_H

#include "checks.h"

struct lab {
	const struct btf *btf;
	int cgroup; /* one without processes, to attach to, or -1 */
	int error;  /* why there is none, 0 = there is no tree */
};

/* Tries each; nothing stays loaded or attached. */
void features_try(struct doctor *doctor, const struct lab *lab);

#endif
