/* Tries each kernel feature that tm-capture uses: a row for each. */
#ifndef TM_DOCTOR_TRIES_H
#define TM_DOCTOR_TRIES_H

#include "checks.h"

struct lab {
	const struct btf *btf;
	int cgroup; /* one without processes, to attach to, or -1 */
	int error;  /* errno if there is none, 0 = no tree */
};

/* Tries each feature; nothing stays loaded or attached. */
void tries_run(struct doctor *doctor, const struct lab *lab);

#endif
