/* Counts the traffic of a stream, each run once. */
#ifndef TM_ACCOUNT_COUNTER_H
#define TM_ACCOUNT_COUNTER_H

#include <stddef.h>

#include "common/stream/runs.h"
#include "totals.h"

struct counter {
	struct totals totals;
	struct tm_runs *runs;
	bool is_quiet; /* does not report runs that were counted before */
};

/* Fills in the totals. Returns for how many events, fewer than n without
 * memory. */
size_t counter_count(
		struct counter *counter, struct tm_event *events, size_t n);

#endif
