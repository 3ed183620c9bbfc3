/* Sums of packets and bytes. */
#ifndef TM_RECORD_AMOUNT_H
#define TM_RECORD_AMOUNT_H

#include <stdbool.h>

#include "event.h"

static inline void tm_amount_add(
		struct tm_amount *sum, const struct tm_amount *more)
{
	sum->packets += more->packets;
	sum->bytes += more->bytes;
}

static inline void tm_amount_count(
		struct tm_amount *sum, const struct tm_event *event)
{
	sum->packets += event->packets;
	sum->bytes += event->bytes;
}

static inline struct tm_amount tm_amount_difference(
		const struct tm_amount *all, const struct tm_amount *part)
{
	return (struct tm_amount){
		all->packets - part->packets,
		all->bytes - part->bytes,
	};
}

static inline bool tm_amount_is_some(const struct tm_amount *amount)
{
	return amount->packets || amount->bytes;
}

/* The sum of in and out. */
static inline struct tm_amount tm_amount_both(const struct tm_amount amounts[2])
{
	return (struct tm_amount){
		amounts[TM_IN].packets + amounts[TM_OUT].packets,
		amounts[TM_IN].bytes + amounts[TM_OUT].bytes,
	};
}

#endif
