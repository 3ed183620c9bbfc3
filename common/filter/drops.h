/* What was dropped from each run, so that seen = recorded + excluded + lost
 * remains true in TICKs and ENDs. */
#ifndef TM_FILTER_DROPS_H
#define TM_FILTER_DROPS_H

#include "common/record/amount.h"
#include "common/stream/open-runs.h"

/* By direction. */
struct tm_dropped {
	struct tm_amount recorded[2];
	struct tm_amount lost[2];
};

/* All zero is a stream that has not begun. */
struct tm_drops {
	struct tm_open_runs open;   /* with a struct tm_dropped each */
	struct tm_dropped stray;    /* while no run is known to be open */
	struct tm_dropped *current; /* NULL = no run */
};

/* Events carry no run: drops belong to the run that started last. */
static inline void tm_drops_add(
		struct tm_drops *drops, const struct tm_event *event)
{
	struct tm_dropped *const dropped =
			drops->current ? drops->current : &drops->stray;
	struct tm_amount *amount = dropped->recorded;

	if (event->kind != TM_TRAFFIC) {
		if (event->kind != TM_LOST)
			return;
		amount = dropped->lost;
	}
	tm_amount_count(&amount[event->direction & 1], event);
}

/* Follows a START, and adds the drops to a TICK or END. 0, or -1 with errno. */
int tm_drops_note(struct tm_drops *drops, struct tm_event *event);

void tm_drops_free(struct tm_drops *drops);

#endif
