/* When each record is due, and its new time if it is to look recent. */
#ifndef TM_REPLAY_PACE_H
#define TM_REPLAY_PACE_H

#include <stdbool.h>

#include "common/record/event.h"

/* All zero except the options is a replay that has not begun. */
struct pace {
	double speed;	    /* recorded seconds per second; 0 = no waiting */
	uint64_t idle_ns;   /* the longest wait without traffic, 0 = no limit */
	uint64_t clock_ns;  /* the recorded time that has been reached */
	uint64_t played_ns; /* recorded time since the start, as played */
	uint64_t quiet_ns;  /* of that, the last part without traffic */
	uint64_t start_ns;  /* CLOCK_MONOTONIC of the first record */
	uint64_t start_wall_ns; /* CLOCK_REALTIME of it */
};

/* Advances to a record; between_runs if no run is open. */
void pace_advance(struct pace *pace, const struct tm_event *event,
		bool between_runs);

/* When that record is due, by CLOCK_MONOTONIC. */
uint64_t pace_due_ns(const struct pace *pace);

/* The time of a record at the pace of the replay, as if the first record had
 * just happened when it was replayed. */
uint64_t pace_fresh_ns(const struct pace *pace, uint64_t time_ns);

/* The span of an interval at the pace of the replay, in the record's unit. */
uint16_t pace_fresh_span(const struct pace *pace, uint16_t span);

#endif
