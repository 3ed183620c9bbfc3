/* What was moved: a row for all of it, for each user, each of a user's
 * processes and each of a process's remote hosts. Every row counts all that is
 * below it, so rows can be forgotten: what is left of their parent when those
 * that are still there are taken off is theirs. */
#ifndef TM_TOP_TOP_TABLE_H
#define TM_TOP_TOP_TABLE_H

#include "common/base/map.h"
#include "top-clock.h"

enum level { USER, PROCESS, REMOTE, LEVELS };

#define ALL 0 /* the row of everything */
#define NO_ROW TM_MAP_NONE

struct key {
	uint32_t number;   /* uid; pid; enum tm_kind */
	uint8_t bytes[16]; /* nothing; comm; the address */
};

struct top_row {
	struct key key;
	uint32_t parent; /* always a smaller number */
	uint32_t rank;	 /* its place while the order is frozen, 0 = none */
	uint8_t level;	 /* LEVELS: of ALL */
	uint64_t slot;	 /* the latest that it moved something in */
	struct tm_amount moved[2];
};

/* Bytes by slot and direction, those of row.slot and the 40 before it. */
struct rate_history {
	uint64_t bytes[SLOTS][2];
};

struct table {
	struct top_row *rows;
	struct rate_history *histories;
	struct tm_map map;
	uint32_t count, room, max_rows;
	uint32_t latest[LEVELS]; /* the rows of the event before this one */
	bool has_forgotten;
};

/* 0, or -1 when there is no memory. max_rows is TABLE_LEAST or more. */
#define TABLE_LEAST 64
int table_start(struct table *table, uint32_t max_rows);

/* Counts TRAFFIC or LOST. 0, or -1 when there is no memory. */
int table_add(struct table *table, const struct clock *clock,
		const struct tm_event *event);

/* The number of a parent's row, or NO_ROW. */
uint32_t table_find(const struct table *table, uint32_t parent,
		const struct key *key);

/* The row itself or what it belongs to, on that level. */
uint32_t table_above(const struct table *table, uint32_t row, enum level level);

/* What a row moved within a window, by direction. */
void table_window(const struct table *table, const struct clock *clock,
		uint32_t row, enum window window, uint64_t bytes[2]);

/* Both directions, so many slots ago: 1 is the last that is over. */
uint64_t table_past(const struct table *table, const struct clock *clock,
		uint32_t row, unsigned slots);

/* 0, or -1 when there is no memory. */
int table_copy(struct table *to, const struct table *from);

void table_free(struct table *table);

#endif
