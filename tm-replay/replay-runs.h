/* What was passed on of each run that has not ended, so that a replay which is
 * interrupted can end them as their source would have done.
 *
 * Traffic carries no run: it is taken to be of the run that started last. */
#ifndef TM_REPLAY_REPLAY_RUNS_H
#define TM_REPLAY_REPLAY_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/record/amount.h"
#include "common/stream/open-runs.h"

struct replay_run {
	struct tm_amount recorded[2], lost[2]; /* passed on, by direction */
	struct tm_amount excluded[2];	       /* from the last TICK */
	bool has_in_ended; /* the first of END's two records has passed */
};

/* All zero is a stream that has not begun. */
struct replay_runs {
	struct tm_open_runs open;
};

/* Counts TRAFFIC or LOST. */
static inline void replay_runs_pass(
		struct replay_runs *runs, const struct tm_event *event)
{
	struct replay_run *const run = tm_open_runs_latest(&runs->open);
	struct tm_amount *sums;

	if (!run)
		return;
	sums = event->kind == TM_LOST ? run->lost : run->recorded;
	tm_amount_count(&sums[event->direction & 1], event);
}

/* Follows START, TICK and END; ignores other records. 0, or -1 with errno. */
int replay_runs_note(struct replay_runs *runs, const struct tm_event *event);

/* Ends the run that started last, at that time, with the missing END records.
 * Returns how many, 0 if no run is open. */
size_t replay_runs_end(struct replay_runs *runs, uint64_t time_ns,
		struct tm_status out[2]);

#endif
