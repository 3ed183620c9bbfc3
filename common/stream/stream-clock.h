/* The clock of a stream, as its records show it. */
#ifndef TM_STREAM_STREAM_CLOCK_H
#define TM_STREAM_STREAM_CLOCK_H

#include <stdbool.h>

#include "common/base/clock.h"
#include "common/record/event.h"

/* The clocks of two machines differ by less. */
#define TM_SET_BACK_NS (2 * TM_SECOND_NS)

/* Whether a record's time advances the clock. That of a NAME does not. */
static inline bool tm_stream_has_time(const struct tm_event *event)
{
	return event->kind != TM_NAME && event->kind < TM_KINDS;
}

/* Whether the clock was set back since it showed reached_ns. Only records that
 * come once a second decide it: single events are sometimes late or forged, and
 * a badly merged stream would set the clock back with each of them. */
static inline bool tm_stream_is_set_back(
		const struct tm_event *event, uint64_t reached_ns)
{
	return (event->kind == TM_TICK || event->kind == TM_START) &&
			event->time_ns < reached_ns &&
			reached_ns - event->time_ns > TM_SET_BACK_NS;
}

#endif
