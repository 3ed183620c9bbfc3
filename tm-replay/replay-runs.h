/* What was passed on of each run that has not ended, so that a replay which is
 * interrupted can end them as their source would have done.
 *
 * Traffic carries no run: it is taken to be of the run that started last. */
#ifndef TM_REPLAY_REPLAY_RUNS_H
#define TM_REPLAY_REPLAY_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/record/event.h"

#define RUNS 64 /* that are open at once; of more, the oldest are forgotten */

struct replay_run {
	uint64_t id;
	struct tm_amount recorded[2], lost[2]; /* passed on, by direction */
	struct tm_amount excluded[2];	       /* as the last TICK tells */
	bool has_in_ended; /* the first of END's two records has passed */
};

/* All zero is a stream that has not begun. */
struct replay_runs {
	struct replay_run open[RUNS + 1]; /* the first is no run */
	unsigned count;
};

/* TRAFFIC or LOST passes. */
static inline void replay_runs_pass(
		struct replay_runs *runs, const struct tm_event *event)
{
	struct replay_run *const run = &runs->open[runs->count];
	struct tm_amount *const sums =
			event->kind == TM_LOST ? run->lost : run->recorded;

	sums[event->direction & 1].packets += event->packets;
	sums[event->direction & 1].bytes += event->bytes;
}

/* START, TICK or END passes; others are passed over. */
void replay_runs_note(struct replay_runs *runs, const struct tm_event *event);

/* The END records that are missing, of that time: how many of out. */
size_t replay_runs_end(const struct replay_runs *runs, uint64_t time_ns,
		struct tm_status out[2 * RUNS]);

#endif
