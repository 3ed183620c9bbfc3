/* The open database: its statements and their problems. Only for the files of
 * the history. */
#ifndef TM_HISTORY_DATABASE_H
#define TM_HISTORY_DATABASE_H

#include <sqlite3.h>

#include "common/base/text.h"
#include "common/base/zone.h"
#include "history.h"

#define TM_HISTORY_PROBLEM_SIZE 1024

/* How far the sums have come.
 *
 * Minutes are written at once, the coarser tables once a finer slot is over:
 * a table of hours holds all that was before added[TM_HISTORY_HOUR], which is a
 * boundary of minutes, and so on; behind it ask the finer table. Before
 * kept[resolution] the table's rows are gone: that is a boundary of the next
 * coarser slots. So all traffic is, each event once, months, days from
 * added[month] on, hours from added[day] on, minutes from added[hour] on. */
struct tm_history_marks {
	uint64_t added[TM_HISTORY_RESOLUTIONS]; /* [minute] is not used */
	uint64_t kept[TM_HISTORY_RESOLUTIONS];	/* [month] is not used */
	uint64_t first_ns, newest_ns, written_ns;
	uint64_t swept; /* what had a name after the last sweep */
	int format;	/* the user_version; readers know older ones */
};

struct tm_history {
	sqlite3 *db;
	char *path;
	enum tm_history_access access;
	bool has_place;
	int lock;
	unsigned depth; /* of tm_history_begin */
	unsigned limit_ms;
	uint64_t deadline_ns;
	struct tm_history_marks marks; /* as tm_history_begin found them */
	char zone[TM_ZONE_SIZE];
	char problem[TM_HISTORY_PROBLEM_SIZE];
};

/* Both set a problem and return -1; the second adds SQLite's reason. */
int tm_history_fail(struct tm_history *history, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
int tm_history_fail_sql(struct tm_history *history);

/* Runs statements that return nothing. */
int tm_history_sql(struct tm_history *history, const char *sql);

/* A statement to be finalized, or NULL with a problem. */
sqlite3_stmt *tm_history_prepare(struct tm_history *history, const char *sql);

/* The same of a text that was put together, which is freed. */
sqlite3_stmt *tm_history_prepare_text(
		struct tm_history *history, struct tm_text *sql);

/* 1 = a row, 0 = no more, -1 = failed. */
int tm_history_step(struct tm_history *history, sqlite3_stmt *statement);

/* Runs a statement with the numbers as its ?1, ?2, ... */
int tm_history_run(struct tm_history *history, const char *sql,
		const uint64_t *numbers, int count);

/* The first number of the answer, or -1. */
int64_t tm_history_number(struct tm_history *history, const char *sql);

/* Binds text, or a blob if it is not UTF-8, so that every reader can read it.
 */
void tm_history_bind_text(
		sqlite3_stmt *statement, int at, const char *text, size_t size);

#endif
