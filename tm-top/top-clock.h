/* The stream's own time, cut into slots of about a second: from one TICK to
 * the next, so that what a source sums up each second falls into one slot. */
#ifndef TM_TOP_TOP_CLOCK_H
#define TM_TOP_TOP_CLOCK_H

#include <stdbool.h>

#include "common/record/event.h"

#define SLOTS 41 /* the last 40 that are over, and the one that goes on */

enum window { WINDOW_2, WINDOW_10, WINDOW_40, WINDOWS };

/* How many slots each is, and its name: "2 s". */
extern const unsigned window_slots[WINDOWS];
extern const char *const window_names[WINDOWS];

/* All zero is a stream that has not begun. */
struct clock {
	uint64_t slot;	   /* the one that goes on, from 0 */
	uint64_t start_ns; /* of it, 0 = not begun */
	uint64_t first_ns; /* of the stream */
	uint64_t newest_ns;
	uint64_t lengths_ns[SLOTS];
	bool has_ticks;
};

/* Before an event is counted. True when a slot is over by it. */
bool clock_note(struct clock *clock, const struct tm_event *event);

/* Time goes by without events. True when a slot is over. */
bool clock_pass(struct clock *clock, uint64_t time_ns);

/* For a stream that ended before its first slot was over. */
void clock_end(struct clock *clock);

/* The slots of a window that are over: fewer in the beginning. */
unsigned clock_slots(const struct clock *clock, enum window window);

/* How long these are together. */
uint64_t clock_length_ns(const struct clock *clock, enum window window);

#endif
