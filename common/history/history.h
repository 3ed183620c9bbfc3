/* The history: an SQLite database of sums, written by tm-store, read by it and
 * by tm-web. Its page is tm-history(5).
 *
 * A history belongs to one thread; open one for each, before they start.
 * Functions that return an int return 0, or -1 with a problem of one line in
 * tm_history_problem(). They never print. */
#ifndef TM_HISTORY_HISTORY_H
#define TM_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record/event.h"
#include "slot.h"

#define TM_HISTORY_APPLICATION 0x746d6869 /* "tmhi" */

struct tm_history;

enum tm_history_access {
	TM_HISTORY_READ,   /* must exist; nothing in it is changed */
	TM_HISTORY_CHANGE, /* must exist; a short change of quotas and the like
			    */
	TM_HISTORY_TRIAL,  /* the same to be taken back: the format stays */
	TM_HISTORY_WRITE, /* the one writer: made where it is missing, locked */
};

/* Never NULL, so that tm_history_problem() can tell what went wrong; *status is
 * 0 or an exit code of common/base/exit.h. The process's TZ becomes the
 * database's. */
struct tm_history *tm_history_open(
		const char *path, enum tm_history_access access, int *status);
void tm_history_close(struct tm_history *history);

const char *tm_history_problem(const struct tm_history *history);

/* Queries in between see the same state. Only what is short belongs there:
 * while it is open the writer's log grows. */
int tm_history_begin(struct tm_history *history);
void tm_history_end(struct tm_history *history);

/* Queries fail that take longer; 0 = none does. */
void tm_history_set_limit(struct tm_history *history, unsigned milliseconds);

/* A number that is another one after each change by somebody else: cheap, to
 * be asked several times a second. */
int64_t tm_history_version(struct tm_history *history);

/* IANA name of the zone of its days, such as Europe/Berlin. */
const char *tm_history_zone(const struct tm_history *history);

#endif
