/* Sums that wait until all older events are written. A reading yields many at
 * once, in time order and younger than what the ring still holds, so they are
 * kept apart from the events. */
#ifndef TM_CAPTURE_HELD_H
#define TM_CAPTURE_HELD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/record/event.h"

struct held {
	struct tm_event *events;
	size_t first, end, room;
};

/* Adds sums that are as old as the last or younger. 0, or -1 and ENOMEM. */
int held_add(struct held *held, const struct tm_event *sums, size_t count);

/* Whether there are sums of until_ns or older, and the time of the oldest. */
bool held_are_due(const struct held *held, uint64_t until_ns,
		uint64_t *oldest_ns);

/* How many of the first have that time; they are at *sums until the next call
 * that adds. */
size_t held_take(struct held *held, uint64_t time_ns, struct tm_event **sums);

#endif
