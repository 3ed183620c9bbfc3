/* The rows of a list, in the order that is asked for. */
#ifndef TM_TOP_TOP_ROWS_H
#define TM_TOP_TOP_ROWS_H

#include "common/sums/rank.h"
#include "top-traffic.h"

enum column {
	BY_NAME,
	BY_2,
	BY_10,
	BY_40,
	BY_TOTAL,
	BY_PACKETS,
	BY_PEAK,
	COLUMNS
};
enum way { BOTH_WAYS, ONLY_IN, ONLY_OUT, WAYS };

struct sorting {
	enum column column;
	enum way way; /* which direction counts; not for names */
	bool is_turned;
	bool is_frozen; /* rows stay where they are, new ones come last */
	unsigned key;	/* which of them comes first, for BY_NAME */
};

/* Set sources, zero the rest. */
struct rows {
	struct tm_key_sources sources; /* of what keys read as */
	struct traffic *traffic;
	struct list *list;
	struct sorting sorting;
	struct tm_ranked *items;
	uint32_t count, room;
	uint32_t ranked;   /* the first so many are in order */
	uint64_t arranged; /* the traffic's, when these were made */
	bool has_rest;	   /* rows that were forgotten */
};

/* The rows of that place; 0, or -1 if there is no memory. */
int rows_make(struct rows *rows, struct traffic *traffic,
		const struct list_place *place, const struct sorting *sorting);

/* Whether what was made is of before. */
bool rows_are_stale(const struct rows *rows);

/* They are not to be used again before they are made. */
void rows_forget(struct rows *rows);

/* Puts the first so many in order; how many there are of them. */
uint32_t rows_rank(struct rows *rows, uint32_t most);

/* Where a row of the list is in that order. */
uint32_t rows_find(const struct rows *rows, uint32_t row);

void rows_free(struct rows *rows);

#endif
