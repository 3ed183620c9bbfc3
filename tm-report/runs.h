/* What was left out on request, as the status records of each run tell. */
#ifndef TM_REPORT_RUNS_H
#define TM_REPORT_RUNS_H

#include "common/record/event.h"

#define RUNS 64 /* open at once */

struct run {
	uint64_t id;
	struct tm_amount excluded[2];
};

/* All zero is empty. */
struct runs {
	struct run open[RUNS];
	unsigned count;
	struct tm_amount closed;
};

/* Looks at START, TICK and END. */
void runs_note(struct runs *runs, const struct tm_event *event);

struct tm_amount runs_excluded(const struct runs *runs);

#endif
