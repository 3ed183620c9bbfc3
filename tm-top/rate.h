/* What moved in each of the last slots. */
#ifndef TM_TOP_RATE_H
#define TM_TOP_RATE_H

#include <string.h>

#include "common/base/clock.h"
#include "common/record/amount.h"
#include "top-clock.h"

/* All zero is nothing. */
struct rate {
	uint64_t slot;		  /* the latest in which something moved */
	double peaks[2];	  /* of earlier slots, in bytes per second */
	uint64_t bytes[SLOTS][2]; /* of that slot and the 40 before it */
};

/* Makes the clock's slot the latest one. */
void rate_advance(struct rate *rate, const struct clock *clock);

static inline void rate_move(struct rate *rate, const struct clock *clock,
		const struct tm_event *event)
{
	if (rate->slot != clock->slot)
		rate_advance(rate, clock);
	tm_amount_raise(&rate->bytes[clock->slot % SLOTS]
				    [event->direction == TM_OUT],
			event->bytes);
}

/* Whether the history reaches to that slot, or past its end. */
static inline bool rate_has(const struct rate *rate, uint64_t slot)
{
	return slot <= rate->slot && rate->slot - slot < SLOTS;
}

/* In and out together. */
static inline uint64_t rate_at(const struct rate *rate, uint64_t slot)
{
	const uint64_t *const bytes = rate->bytes[slot % SLOTS];

	return rate_has(rate, slot) ? tm_amount_sum(bytes[TM_IN], bytes[TM_OUT])
				    : 0;
}

/* What moved in these slots, by direction. */
void rate_sum(const struct rate *rate, const struct slots *slots,
		uint64_t bytes[2]);

/* Adds the slots of another one; peaks do not add up. */
void rate_add(struct rate *rate, const struct rate *more);

/* The highest of the slots that are over, in bytes per second. */
void rate_peaks(const struct rate *rate, const struct clock *clock,
		double peaks[2]);

/* Takes the peaks of all slots that are still known. */
void rate_find_peaks(struct rate *rate, const struct clock *clock);

#endif
