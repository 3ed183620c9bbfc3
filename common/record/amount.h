/* Sums of packets and bytes. They never wrap: what is too much stays at the
 * largest number, which is remembered so that a tool can say it. */
#ifndef TM_RECORD_AMOUNT_H
#define TM_RECORD_AMOUNT_H

#include <stdbool.h>

#include "event.h"

/* Sets a sum that was too much to the largest number, and remembers it. */
__attribute__((cold)) void tm_amount_overflow(uint64_t *sum);

/* Whether any sum of this process was too much. */
bool tm_amount_has_overflown(void);

static inline void tm_amount_raise(uint64_t *sum, uint64_t more)
{
	if (__builtin_expect(__builtin_add_overflow(*sum, more, sum), 0))
		tm_amount_overflow(sum);
}

static inline uint64_t tm_amount_sum(uint64_t a, uint64_t b)
{
	tm_amount_raise(&a, b);
	return a;
}

static inline void tm_amount_add(
		struct tm_amount *sum, const struct tm_amount *more)
{
	tm_amount_raise(&sum->packets, more->packets);
	tm_amount_raise(&sum->bytes, more->bytes);
}

static inline void tm_amount_count(
		struct tm_amount *sum, const struct tm_event *event)
{
	tm_amount_raise(&sum->packets, event->packets);
	tm_amount_raise(&sum->bytes, event->bytes);
}

static inline struct tm_amount tm_amount_difference(
		const struct tm_amount *all, const struct tm_amount *part)
{
	return (struct tm_amount){
		all->packets - part->packets,
		all->bytes - part->bytes,
	};
}

/* The same of sums that may have stayed behind their parts: never below 0. */
static inline struct tm_amount tm_amount_rest(
		const struct tm_amount *all, const struct tm_amount *part)
{
	return (struct tm_amount){
		all->packets > part->packets ? all->packets - part->packets : 0,
		all->bytes > part->bytes ? all->bytes - part->bytes : 0,
	};
}

static inline bool tm_amount_is_some(const struct tm_amount *amount)
{
	return amount->packets || amount->bytes;
}

/* In and out together. */
static inline struct tm_amount tm_amount_both(const struct tm_amount amounts[2])
{
	return (struct tm_amount){
		tm_amount_sum(amounts[TM_IN].packets, amounts[TM_OUT].packets),
		tm_amount_sum(amounts[TM_IN].bytes, amounts[TM_OUT].bytes),
	};
}

#endif
