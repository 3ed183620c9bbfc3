/* Arithmetic of packets and bytes. */
#ifndef TM_CAPTURE_AMOUNT_H
#define TM_CAPTURE_AMOUNT_H

#include <stdbool.h>

#include "common/record/event.h"

static inline void amount_add(
		struct tm_amount *to, const struct tm_amount *more)
{
	to->packets += more->packets;
	to->bytes += more->bytes;
}

static inline struct tm_amount amount_difference(
		const struct tm_amount *all, const struct tm_amount *before)
{
	return (struct tm_amount){ all->packets - before->packets,
		all->bytes - before->bytes };
}

static inline bool amount_is_some(const struct tm_amount *amount)
{
	return amount->packets || amount->bytes;
}

#endif
