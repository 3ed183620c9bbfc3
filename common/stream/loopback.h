/* Traffic within this machine: its sender and its receiver are both charged, so
 * a sum over both of them counts it twice. */
#ifndef TM_STREAM_LOOPBACK_H
#define TM_STREAM_LOOPBACK_H

#include <stdbool.h>

#include "common/record/amount.h"

/* All zero is a stream that has not begun, nothing of which is left out. */
struct tm_loopback {
	bool is_left_out;
	struct tm_amount moved[2]; /* so far, by direction */
};

/* Counts TRAFFIC, LOST or UNATTRIBUTED, and tells whether to leave it out. What
 * was lost may have been loopback traffic without anybody knowing. */
static inline bool tm_loopback_skips(
		struct tm_loopback *loopback, const struct tm_event *event)
{
	if (__builtin_expect(!(event->flags & TM_LOOPBACK), 1))
		return false;
	tm_amount_count(&loopback->moved[event->direction == TM_OUT], event);
	return loopback->is_left_out;
}

#define TM_LOOPBACK_SIZE 160

/* A note for people, where sums count something twice; otherwise NULL. */
const char *tm_loopback_note(
		char out[TM_LOOPBACK_SIZE], const struct tm_loopback *loopback);

#endif
