/* The history: an SQLite database of sums, written by tm-store, read by it and
 * by tm-web. Its page is tm-history(5).
 *
 * A history belongs to one thread; open one for each, before they start.
 * Functions that return an int return 0, or -1 with a problem of one line in
 * history_problem(). They never print. */
#ifndef TM_HISTORY_HISTORY_H
#define TM_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record/event.h"

#define HISTORY_APPLICATION 0x746d6869 /* "tmhi" */
#define HISTORY_VERSION 1

struct history;

enum history_access {
	HISTORY_READ,	/* must exist; nothing in it is changed */
	HISTORY_CHANGE, /* must exist; a short change of quotas and the like */
	HISTORY_WRITE,	/* the one writer: made where it is missing, locked */
};

/* What a sum covers: from the slot's beginning to the next one's. Hours, days
 * and months are those of the database's zone. */
enum history_resolution {
	HISTORY_MINUTE,
	HISTORY_HOUR,
	HISTORY_DAY,
	HISTORY_MONTH,
	HISTORY_RESOLUTIONS
};

/* Never NULL, so that history_problem() can tell what went wrong; *status is 0
 * or an exit code of common/base/exit.h. The process's TZ becomes the
 * database's. */
struct history *history_open(
		const char *path, enum history_access access, int *status);
void history_close(struct history *history);

const char *history_problem(const struct history *history);

/* Queries in between see the same state. Only what is short belongs there:
 * while it is open the writer's log grows. */
int history_begin(struct history *history);
void history_end(struct history *history);

/* Queries fail that take longer; 0 = none does. */
void history_set_limit(struct history *history, unsigned milliseconds);

/* A number that is another one after each change by somebody else: cheap, to
 * be asked several times a second. */
int64_t history_version(struct history *history);

/* IANA name of the zone of its days, such as Europe/Berlin. */
const char *history_zone(const struct history *history);

/* "minute", "hour", "day", "month" */
const char *history_resolution_name(enum history_resolution resolution);

/* The beginning of the slot that holds a time, and of the one behind it. */
uint64_t history_slot(enum history_resolution resolution, uint64_t time_ns);
uint64_t history_next_slot(
		enum history_resolution resolution, uint64_t time_ns);

#endif
