/* What of the kernel tm-capture uses, a row for each. */
#ifndef TM_DOCTOR_FEATURES_H
#define TM_DOCTOR_FEATURES_H

#include "checks.h"

struct tm_lab {
	const struct tm_btf *btf;
	int cgroup; /* one without processes, to attach to, or -1 */
	int error;  /* why there is none, 0 = there is no tree */
};

/* Tries each; nothing stays loaded or attached. */
void tm_features_try(struct tm_doctor *doctor, const struct tm_lab *lab);

#endif
