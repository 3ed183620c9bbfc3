/* A limit on what each user may move. */
#ifndef TM_REPORT_ALERT_H
#define TM_REPORT_ALERT_H

#include "common/base/index.h"
#include "report.h"

/* All zero except the limit has reported nothing. */
struct alert {
	uint64_t limit; /* bytes, 0 = none */
	struct tm_index said;
};

/* Reports on standard error which users are over the limit, each once. */
void alert_check(struct alert *alert, const struct report *report);

bool alert_is_over(const struct alert *alert);

#endif
