/* The stream's own time, cut into slots of about a second: from one TICK to
 * the next, so that what a source sums up each second falls into one slot. */
#ifndef TM_TOP_TOP_CLOCK_H
#define TM_TOP_TOP_CLOCK_H

#include <stdbool.h>

#include "common/record/event.h"

#define SLOTS 41 /* the last 40 that are over, and the running one */

enum window { WINDOW_2, WINDOW_10, WINDOW_40, WINDOWS };

/* All zero: the stream has not begun. */
struct clock {
	uint64_t slot;	   /* the running one, from 0 */
	uint64_t start_ns; /* of it, 0 = not begun */
	uint64_t first_ns; /* of the stream */
	uint64_t newest_ns;
	uint64_t lengths_ns[SLOTS];
	bool has_ticks;
	bool is_eager; /* see clock_window() */
};

/* The slots from begin up to, but not including, end. */
struct slots {
	uint64_t begin, end;
	uint64_t length_ns; /* of all of them */
};

/* Call it before an event is counted. True if a slot is over. */
bool clock_note(struct clock *clock, const struct tm_event *event);

/* Time passes without events. True if a slot is over. */
bool clock_pass(struct clock *clock, uint64_t time_ns);

/* For a stream that ended before its first slot was over. */
void clock_end(struct clock *clock);

/* Whether the running slot is part of all windows. */
static inline bool clock_is_new(const struct clock *clock)
{
	return clock->is_eager && clock->slot < 3;
}

/* The slots of a window that are over: fewer in the beginning, when with
 * is_eager the running one counts, too. */
struct slots clock_window(const struct clock *clock, enum window window);

#endif
