/* What was left out on request, as the status records of each run tell. */
#ifndef TM_REPORT_REPORT_RUNS_H
#define TM_REPORT_REPORT_RUNS_H

#include "common/record/amount.h"
#include "common/stream/open-runs.h"

/* All zero is empty. */
struct report_runs {
	struct tm_open_runs open;
	struct tm_amount ended;
};

/* Looks at START, TICK and END. 0, or -1 and errno. */
int report_runs_note(struct report_runs *runs, const struct tm_event *event);

struct tm_amount report_runs_excluded(const struct report_runs *runs);

#endif
