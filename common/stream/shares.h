/* How the bytes of a stream divide. */
#ifndef TM_STREAM_SHARES_H
#define TM_STREAM_SHARES_H

#include <stdbool.h>

#include "common/record/amount.h"

struct tm_shares {
	struct tm_amount attributed;   /* to users, with their details */
	struct tm_amount nobody;       /* no owner */
	struct tm_amount lost;	       /* their details were lost */
	struct tm_amount excluded;     /* on request */
	struct tm_amount unattributed; /* moved by no socket, see tm-event(5) */
	bool has_unattributed;	       /* somebody looked for it */
};

/* Counts TRAFFIC, LOST or UNATTRIBUTED in the share that it is part of. */
static inline void tm_shares_count(
		struct tm_shares *shares, const struct tm_event *event)
{
	struct tm_amount *share = &shares->attributed;

	if (event->kind == TM_LOST) {
		share = &shares->lost;
	} else if (event->kind == TM_UNATTRIBUTED) {
		share = &shares->unattributed;
		shares->has_unattributed = true;
	} else if (event->uid == TM_NOBODY) {
		share = &shares->nobody;
	}
	tm_amount_count(share, event);
}

/* One share, with its name for people and its key. */
struct tm_share {
	const char *words, *key;
	const struct tm_amount *amount;
};

/* The next one, NULL words after the last; unattributed only where somebody
 * looked for it. *step is 0 before the first. */
struct tm_share tm_shares_next(const struct tm_shares *shares, unsigned *step);

#define TM_SHARES_SIZE 256

/* "attributed 1.0 MiB (99.8 %), unowned 84 B (0.0 %), lost ..., excluded ...",
 * and unattributed where it is known; without a newline. Percent are of all
 * that is here. */
const char *tm_shares_format(
		char out[TM_SHARES_SIZE], const struct tm_shares *shares);

#endif
