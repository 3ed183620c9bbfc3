/* The processes, remotes, workloads or commands of a database: numbers for this
 * process at once, and the database's ids of those whose sums are written. So
 * what was summed up with others meanwhile never gets there. */
#ifndef TM_HISTORY_ROW_IDS_H
#define TM_HISTORY_ROW_IDS_H

#include <sqlite3.h>
#include <stdbool.h>

#include "wide.h"

struct tm_history;

struct tm_names;

enum tm_row_ids_of {
	TM_ROW_IDS_PROCESS,  /* their keys: a command's name, */
	TM_ROW_IDS_REMOTE,   /* an address, */
	TM_ROW_IDS_WORKLOAD, /* and the number of a text in two words */
	TM_ROW_IDS_COMMAND,
	TM_ROW_IDS_KINDS
};

/* All zero is closed. */
struct tm_row_ids {
	struct tm_history *history;
	enum tm_row_ids_of of;
	struct tm_names *names; /* that have the texts */
	struct tm_wide wide;
	uint32_t *ids;	 /* by number; 0 = not looked up */
	uint32_t *fresh; /* the numbers of those to be written */
	uint32_t room, fresh_room, fresh_count;
	uint32_t next_id;
	uint64_t rows;	 /* of the table */
	bool has_failed; /* without memory */
	sqlite3_stmt *find;
};

/* 0, or -1 with a problem. */
int tm_row_ids_open(struct tm_row_ids *ids, struct tm_history *history,
		struct tm_names *names, enum tm_row_ids_of of);

/* Call it before the database is closed. Numbers become invalid. */
void tm_row_ids_close(struct tm_row_ids *ids);

/* The number of a key of 16 bytes; TM_HISTORY_REMAINDER without memory. */
uint32_t tm_row_ids_number(struct tm_row_ids *ids, const void *key);

/* The same; TM_HISTORY_UNKNOWN if it has none yet. */
uint32_t tm_row_ids_known(const struct tm_row_ids *ids, const void *key);

/* Whether the numbers should be written and settled. */
bool tm_row_ids_are_many(const struct tm_row_ids *ids);

/* Its id in the database, within a transaction. 0, or -1 with a problem. */
int tm_row_ids_find(struct tm_row_ids *ids, uint32_t number, uint32_t *id);

/* Writes those that tm_row_ids_find gave an id; what is written is forgotten in
 * tm_row_ids_settle, once that is committed. */
int tm_row_ids_write(struct tm_row_ids *ids);

/* How many rows the table has, with those to be written. */
static inline uint64_t tm_row_ids_rows(const struct tm_row_ids *ids)
{
	return ids->rows + ids->fresh_count;
}

/* Call either when no number is in use. _settle forgets all of them if they are
 * many, or if the ids no longer match the table. */
void tm_row_ids_settle(struct tm_row_ids *ids, bool are_changed);
void tm_row_ids_forget(struct tm_row_ids *ids);

#endif
