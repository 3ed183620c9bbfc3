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
	TM_HISTORY_READ,   /* must exist; is not changed */
	TM_HISTORY_CHANGE, /* must exist; for a short change, as of quotas
			    */
	TM_HISTORY_TRIAL,  /* the same to be taken back: the format stays */
	TM_HISTORY_WRITE,  /* the one writer: created if missing, locked */
};

/* Never NULL, so that tm_history_problem() can tell what went wrong; *status is
 * 0 or an exit code of common/base/exit.h. The process's TZ becomes the
 * database's. */
struct tm_history *tm_history_open(
		const char *path, enum tm_history_access access, int *status);
void tm_history_close(struct tm_history *history);

/* A database of an older format is converted when it is opened for a change.
 * The report is called as that begins, with took_ns = 0, and as it ends. */
typedef void tm_history_convert_report(
		const char *path, int from, uint64_t bytes, uint64_t took_ns);
void tm_history_on_conversion(tm_history_convert_report *report);

const char *tm_history_problem(const struct tm_history *history);

/* Queries between the two see the same state. Keep it short: meanwhile the log
 * of the writer grows. */
int tm_history_begin(struct tm_history *history);
void tm_history_end(struct tm_history *history);

/* Queries that take longer fail; 0 = no limit. */
void tm_history_set_limit(struct tm_history *history, unsigned milliseconds);

/* A number that changes with each change by somebody else; cheap enough to ask
 * for several times a second. */
int64_t tm_history_version(struct tm_history *history);

/* IANA name of the zone of its days, such as Europe/Berlin. */
const char *tm_history_zone(const struct tm_history *history);

#endif
