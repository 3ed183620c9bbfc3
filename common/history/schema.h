/* The tables of a history and their keys. */
#ifndef TM_HISTORY_SCHEMA_H
#define TM_HISTORY_SCHEMA_H

#include <stdbool.h>

#include "slot.h"

struct tm_history;

/* Ids that every database has. */
#define TM_HISTORY_UNKNOWN 0   /* no process, remote or interface is known */
#define TM_HISTORY_REMAINDER 1 /* the remainder */

/* The sums are kept by several sets of keys, so that a question reads few
 * rows; each has a table for each resolution. The small ones come first. */
enum tm_history_cube {
	TM_HISTORY_CUBE_PROTOCOL, /* process, protocol, interface */
	TM_HISTORY_CUBE_USER,
	TM_HISTORY_CUBE_PROCESS, /* all but the remote */
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

/* The user_version of a database. Readers know all of them. */
enum tm_history_format {
	TM_HISTORY_USER_QUOTAS = 1, /* quotas of users alone, in one table */
	TM_HISTORY_RULES,	    /* quotas as rules */
	TM_HISTORY_WHO, /* workloads, login users and commands; jobs */
	TM_HISTORY_FORMAT = TM_HISTORY_WHO /* what this tm writes */
};

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

/* Whether it is of the first version. */
bool tm_history_is_first(struct tm_history *history);

/* Parts of it, for a database that had none of them. */
int tm_history_make_quotas(struct tm_history *history);
int tm_history_make_names(struct tm_history *history);
int tm_history_make_view(struct tm_history *history);

/* A table of sums under another name than its own, and its index. */
int tm_history_make_table(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution, const char *name);
int tm_history_make_index(struct tm_history *history,
		enum tm_history_resolution resolution, const char *name);

/* The name of the index of a table by remote, which the older formats had
 * another one for. */
const char *tm_history_remote_index(const struct tm_history *history);

#endif
