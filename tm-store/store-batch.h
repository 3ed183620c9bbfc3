/* The sums of the events that are not written yet, in bounded memory. */
#ifndef TM_STORE_STORE_BATCH_H
#define TM_STORE_STORE_BATCH_H

#include "common/base/index.h"
#include "common/history/commit.h"

/* To be set up by batch_init. */
struct batch {
	struct tm_batch sums;
	uint32_t remotes;      /* of a user in a minute */
	struct tm_index users; /* of a minute */
	struct batch_user *user_sums;
	uint32_t user_room;
	uint64_t minute_ns; /* the last event's */
	uint32_t minute;
	uint64_t events, bytes;		  /* in the sums */
	uint64_t owed_events, owed_bytes; /* that had no room in them */
};

void batch_init(struct batch *batch, uint32_t remotes);

/* Adds an event of traffic. */
void batch_take(struct batch *batch, struct tm_dictionary *dictionary,
		const struct tm_event *event);

/* Notes that there was a record at that time. */
void batch_note_time(struct batch *batch, uint64_t time_ns);

/* Whether it should be written. */
bool batch_is_full(const struct batch *batch);

/* Removes all sums and keeps the memory. */
void batch_empty(struct batch *batch);

void batch_free(struct batch *batch);

#endif
