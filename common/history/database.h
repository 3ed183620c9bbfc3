/* What the history's own files share. */
#ifndef TM_HISTORY_DATABASE_H
#define TM_HISTORY_DATABASE_H

#include <sqlite3.h>

#include "history.h"

#define HISTORY_PROBLEM_SIZE 1024
#define HISTORY_ZONE_SIZE 128

#define HISTORY_SECOND UINT64_C(1000000000)
#define HISTORY_MINUTE_NS (60 * HISTORY_SECOND)

/* Ids that stand in every database. */
#define HISTORY_UNKNOWN 0   /* no process, remote or interface is known */
#define HISTORY_REMAINDER 1 /* all that had no room for a row */

/* The sums are kept by several sets of keys, so that a question reads few
 * rows; each has a table for each resolution. The small ones come first. */
enum history_cube {
	HISTORY_CUBE_PROTOCOL, /* process, protocol, interface */
	HISTORY_CUBE_USER,
	HISTORY_CUBE_PROCESS, /* user, process, protocol, interface */
	HISTORY_CUBE_REMOTE,  /* remote; not for minutes */
	HISTORY_CUBE_TRAFFIC, /* all of these */
	HISTORY_CUBE_HOST,    /* what no user has: see history_what */
	HISTORY_CUBES
};

struct history_cube_facts {
	const char *name;    /* of the tables, before _minute */
	const char *columns; /* of the keys, behind time; "a, b, " */
	unsigned keys;	     /* enum history_key */
	unsigned key_count;
	bool has_lost;
	bool has_minutes;
};

extern const struct history_cube_facts history_cubes[HISTORY_CUBES];

#define HISTORY_AMOUNTS "in_bytes, in_packets, out_bytes, out_packets"
#define HISTORY_LOST                                                           \
	"lost_in_bytes, lost_in_packets, lost_out_bytes, lost_out_packets"

/* In the host's table. */
enum history_what {
	HISTORY_SEEN,	      /* by the programs, as the TICKs tell */
	HISTORY_EXCLUDED,     /* left out on request */
	HISTORY_UNATTRIBUTED, /* by interface */
};

/* How far the sums have come.
 *
 * Minutes are written at once, the coarser tables once a finer slot is over:
 * a table of hours holds all that was before added[HISTORY_HOUR], which is a
 * boundary of minutes, and so on; behind it ask the finer table. Before
 * kept[resolution] the table's rows are gone: that is a boundary of the next
 * coarser slots. So all traffic is, each event once, months, days from
 * added[month] on, hours from added[day] on, minutes from added[hour] on. */
struct history_marks {
	uint64_t added[HISTORY_RESOLUTIONS]; /* [minute] is not used */
	uint64_t kept[HISTORY_RESOLUTIONS];  /* [month] is not used */
	uint64_t first_ns, newest_ns, written_ns;
};

struct history {
	sqlite3 *db;
	char *path;
	enum history_access access;
	bool has_place;
	int lock;
	unsigned depth; /* of history_begin */
	unsigned limit_ms;
	uint64_t deadline_ns;
	struct history_marks marks; /* as history_begin found them */
	char zone[HISTORY_ZONE_SIZE];
	char problem[HISTORY_PROBLEM_SIZE];
};

/* Both return -1. The second tells SQLite's own reason. */
int history_fail(struct history *history, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
int history_fail_sql(struct history *history);

/* The same name again, which may be another file by now. It stays locked. */
int history_reopen(struct history *history);

/* Whether it could be: for what needs that nobody writes meanwhile. */
bool history_try_lock(struct history *history);

/* Of the database, for confinement to it. */
int history_directory(const struct history *history);

/* Runs statements without answer. */
int history_sql(struct history *history, const char *sql);

/* NULL with a problem. To be finalized. */
sqlite3_stmt *history_prepare(struct history *history, const char *sql);

/* 1 = a row, 0 = no more, -1 = failed. */
int history_step(struct history *history, sqlite3_stmt *statement);

/* Makes tables and views in an empty database, within a transaction. */
int history_make_schema(struct history *history, const char *zone);

int history_read_marks(struct history *history);
int history_write_marks(struct history *history);

/* TZ as the zone of this database; 0, or -1 when this machine lacks it. */
int history_set_zone(struct history *history);

/* This machine's zone. */
void history_find_zone(char zone[HISTORY_ZONE_SIZE]);

/* Text, or where it is no UTF-8 a blob, so that every reader can read it. */
void history_bind_text(
		sqlite3_stmt *statement, int at, const char *text, size_t size);

#endif
