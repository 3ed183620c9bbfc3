/* All that is counted of a stream, or of what a filter keeps of it. */
#ifndef TM_TOP_TOP_TRAFFIC_H
#define TM_TOP_TOP_TRAFFIC_H

#include "common/stream/shares.h"
#include "top-list.h"

struct traffic {
	struct clock clock;
	struct flows flows;
	struct list users;  /* always counted, so that its peaks are known */
	struct list chosen; /* what is shown, unless that is the users */
	uint64_t events;    /* TRAFFIC, LOST and UNATTRIBUTED */
	uint64_t in_slot[SLOTS]; /* of these */
	struct tm_shares shares; /* all but unattributed are in flows too */
	uint64_t arranged;	 /* rows got new numbers so often */
};

/* is_eager: the first rates are wanted before the first seconds are over. */
void traffic_start(struct traffic *traffic, const struct flow_keys *keys,
		uint32_t max_rows, bool is_eager);

/* Before an event is counted: whether a slot is over by it. */
bool traffic_note_time(struct traffic *traffic, const struct tm_event *event);

/* Counts TRAFFIC, LOST and, apart, UNATTRIBUTED. *is_new is set for the first
 * event of a flow. 0, or -1 if there is no memory. */
int traffic_count(struct traffic *traffic, const struct tm_event *event,
		bool *is_new);

/* Time goes by without events. True when a slot is over. */
bool traffic_pass(struct traffic *traffic, uint64_t time_ns);

/* By the stream's time, over the last 2 s. */
double traffic_events_per_second(const struct traffic *traffic);

/* The list of that place, made now if it was not the one before; NULL if there
 * is no memory. */
struct list *traffic_list(
		struct traffic *traffic, const struct list_place *place);

/* Only the users are counted until there is another list. */
void traffic_hide(struct traffic *traffic);

/* Everything but rates counts from 0 again. */
void traffic_reset(struct traffic *traffic);

/* 0, or -1 if there is no memory. */
int traffic_copy(struct traffic *to, const struct traffic *from);

void traffic_free(struct traffic *traffic);

#endif
