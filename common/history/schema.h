/* The tables of a history and their keys. */
#ifndef TM_HISTORY_SCHEMA_H
#define TM_HISTORY_SCHEMA_H

#include <stdbool.h>

struct tm_history;

/* Ids that every database has. */
#define TM_HISTORY_UNKNOWN 0   /* no process, remote or interface is known */
#define TM_HISTORY_REMAINDER 1 /* the remainder */

/* The sums are kept by several sets of keys, so that a question reads few
 * rows; each has a table for each resolution. The small ones come first. */
enum tm_history_cube {
	TM_HISTORY_CUBE_PROTOCOL, /* process, protocol, interface */
	TM_HISTORY_CUBE_USER,
	TM_HISTORY_CUBE_PROCESS, /* user, process, protocol, interface */
	TM_HISTORY_CUBE_REMOTE,	 /* remote; not for minutes */
	TM_HISTORY_CUBE_TRAFFIC, /* all of these */
	TM_HISTORY_CUBE_HOST, /* amounts without a user: see tm_history_what */
	TM_HISTORY_CUBES
};

struct tm_history_cube_facts {
	const char *name; /* of the tables, before _minute */
	unsigned keys;	  /* enum tm_history_key */
	bool has_lost;
	bool has_minutes;
};

extern const struct tm_history_cube_facts tm_history_cubes[TM_HISTORY_CUBES];

/* The user_version of the databases that this tm writes. */
extern const int tm_history_format;

#define TM_HISTORY_AMOUNTS "in_bytes, in_packets, out_bytes, out_packets"
#define TM_HISTORY_LOST                                                        \
	"lost_in_bytes, lost_in_packets, lost_out_bytes, lost_out_packets"

/* In the host's table. */
enum tm_history_what {
	TM_HISTORY_SEEN,	 /* by the programs, from the TICKs */
	TM_HISTORY_EXCLUDED,	 /* excluded on request */
	TM_HISTORY_UNATTRIBUTED, /* by interface */
};

/* Makes tables and views in an empty database, within a transaction. */
int tm_history_make_schema(struct tm_history *history, const char *zone);

/* Whether it is of version 1, which readers leave as it is; and what a writer
 * makes of that. */
bool tm_history_is_first(struct tm_history *history);
int tm_history_upgrade(struct tm_history *history);

#endif
