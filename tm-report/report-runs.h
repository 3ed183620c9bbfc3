/* What was left out on request, as the status records of each run tell. */
#ifndef TM_REPORT_REPORT_RUNS_H
#define TM_REPORT_REPORT_RUNS_H

#include "common/record/event.h"

#define RUNS 64 /* open at once */

struct report_run {
	uint64_t id;
	struct tm_amount excluded[2];
};

/* All zero is empty. */
struct report_runs {
	struct report_run open[RUNS];
	unsigned count;
	struct tm_amount closed;
};

/* Looks at START, TICK and END. */
void report_runs_note(struct report_runs *runs, const struct tm_event *event);

struct tm_amount report_runs_excluded(const struct report_runs *runs);

#endif
