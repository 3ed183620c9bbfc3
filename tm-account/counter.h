/* Counting what passes, each run once. */
#ifndef TM_ACCOUNT_COUNTER_H
#define TM_ACCOUNT_COUNTER_H

#include <stddef.h>

#include "common/stream/runs.h"
#include "totals.h"

struct counter {
	struct totals totals;
	struct tm_runs *runs;
	bool is_quiet; /* does not say which runs were counted before */
};

/* Fills in the totals: of how many events, less than n when memory ends. */
size_t counter_count(
		struct counter *counter, struct tm_event *events, size_t n);

#endif
