/* What the history's own files share. */
#ifndef TM_HISTORY_DATABASE_H
#define TM_HISTORY_DATABASE_H

#include <sqlite3.h>

#include "history.h"

#define TM_HISTORY_PROBLEM_SIZE 1024
#define TM_HISTORY_ZONE_SIZE 128

/* Ids that stand in every database. */
#define TM_HISTORY_UNKNOWN 0   /* no process, remote or interface is known */
#define TM_HISTORY_REMAINDER 1 /* all that had no room for a row */

/* The sums are kept by several sets of keys, so that a question reads few
 * rows; each has a table for each resolution. The small ones come first. */
enum tm_history_cube {
	TM_HISTORY_CUBE_PROTOCOL, /* process, protocol, interface */
	TM_HISTORY_CUBE_USER,
	TM_HISTORY_CUBE_PROCESS, /* user, process, protocol, interface */
	TM_HISTORY_CUBE_REMOTE,	 /* remote; not for minutes */
	TM_HISTORY_CUBE_TRAFFIC, /* all of these */
	TM_HISTORY_CUBE_HOST,	 /* what no user has: see tm_history_what */
	TM_HISTORY_CUBES
};

struct tm_history_cube_facts {
	const char *name;    /* of the tables, before _minute */
	const char *columns; /* of the keys, behind time; "a, b, " */
	unsigned keys;	     /* enum tm_history_key */
	unsigned key_count;
	bool has_lost;
	bool has_minutes;
};

extern const struct tm_history_cube_facts tm_history_cubes[TM_HISTORY_CUBES];

#define TM_HISTORY_AMOUNTS "in_bytes, in_packets, out_bytes, out_packets"
#define TM_HISTORY_LOST                                                        \
	"lost_in_bytes, lost_in_packets, lost_out_bytes, lost_out_packets"

/* In the host's table. */
enum tm_history_what {
	TM_HISTORY_SEEN,	 /* by the programs, as the TICKs tell */
	TM_HISTORY_EXCLUDED,	 /* left out on request */
	TM_HISTORY_UNATTRIBUTED, /* by interface */
};

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
	char zone[TM_HISTORY_ZONE_SIZE];
	char problem[TM_HISTORY_PROBLEM_SIZE];
};

/* Both return -1. The second tells SQLite's own reason. */
int tm_history_fail(struct tm_history *history, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
int tm_history_fail_sql(struct tm_history *history);

/* The same name again, which may be another file by now. It stays locked. */
int tm_history_reopen(struct tm_history *history);

/* Whether it could be: for what needs that nobody writes meanwhile. */
bool tm_history_try_lock(struct tm_history *history);

/* Of the database, for confinement to it. */
int tm_history_directory(const struct tm_history *history);

/* Runs statements without answer. */
int tm_history_sql(struct tm_history *history, const char *sql);

/* NULL with a problem. To be finalized. */
sqlite3_stmt *tm_history_prepare(struct tm_history *history, const char *sql);

/* 1 = a row, 0 = no more, -1 = failed. */
int tm_history_step(struct tm_history *history, sqlite3_stmt *statement);

/* Makes tables and views in an empty database, within a transaction. */
int tm_history_make_schema(struct tm_history *history, const char *zone);

int tm_history_read_marks(struct tm_history *history);
int tm_history_write_marks(struct tm_history *history);

/* TZ as the zone of this database; 0, or -1 when this machine lacks it. */
int tm_history_set_zone(struct tm_history *history);

/* This machine's zone. */
void tm_history_find_zone(char zone[TM_HISTORY_ZONE_SIZE]);

/* Text, or where it is no UTF-8 a blob, so that every reader can read it. */
void tm_history_bind_text(
		sqlite3_stmt *statement, int at, const char *text, size_t size);

#endif
