/* When each record is due, and its time where it is to look new. */
#ifndef TM_REPLAY_PACE_H
#define TM_REPLAY_PACE_H

#include <stdbool.h>

#include "common/record/event.h"

/* All zero but the options is a replay that has not begun. */
struct pace {
	double speed;	   /* recorded seconds in one of ours; 0 = no waiting */
	uint64_t idle_ns;  /* the longest wait without traffic, 0 = any */
	uint64_t clock_ns; /* the recorded time that has been reached */
	uint64_t played_ns;	/* recorded time since the start, as played */
	uint64_t quiet_ns;	/* the end of it, without traffic */
	uint64_t start_ns;	/* CLOCK_MONOTONIC of the first record */
	uint64_t start_wall_ns; /* CLOCK_REALTIME of it */
};

/* Comes to a record, which is between_runs where no run is open. */
void pace_advance(struct pace *pace, const struct tm_event *event,
		bool between_runs);

/* CLOCK_MONOTONIC at which that record is due. */
uint64_t pace_due_ns(const struct pace *pace);

/* The time of a record at the pace of the replay, as if the first one were of
 * the moment at which it was replayed. */
uint64_t pace_fresh_ns(const struct pace *pace, uint64_t time_ns);

/* The span of an interval, in the record's unit, at the pace of the replay. */
uint16_t pace_fresh_span(const struct pace *pace, uint16_t span);

#endif
