/* All that is counted of a stream, or of what a filter keeps of it. */
#ifndef TM_TOP_TOP_TRAFFIC_H
#define TM_TOP_TOP_TRAFFIC_H

#include "common/stream/shares.h"
#include "top-table.h"

struct traffic {
	struct clock clock;
	struct table table;
	uint64_t events;	 /* TRAFFIC, LOST and UNATTRIBUTED */
	uint64_t in_slot[SLOTS]; /* of these */
	struct tm_shares shares; /* all but unattributed are in the table too */
};

/* 0, or -1 when there is no memory. */
int traffic_start(struct traffic *traffic, uint32_t max_rows);

/* Before an event is counted: whether a slot is over by it. */
bool traffic_note_time(struct traffic *traffic, const struct tm_event *event);

/* Counts TRAFFIC, LOST and, apart, UNATTRIBUTED. 0, or -1 when there is no
 * memory. */
int traffic_count(struct traffic *traffic, const struct tm_event *event);

/* Time goes by without events. True when a slot is over. */
bool traffic_pass(struct traffic *traffic, uint64_t time_ns);

/* By the stream's time, over the last 2 s. */
double traffic_events_per_second(const struct traffic *traffic);

/* 0, or -1 when there is no memory. */
int traffic_copy(struct traffic *to, const struct traffic *from);

void traffic_free(struct traffic *traffic);

#endif
