/* The rows of one view, in the order that is asked for. */
#ifndef TM_TOP_TOP_ROWS_H
#define TM_TOP_TOP_ROWS_H

#include "common/record/names.h"
#include "top-traffic.h"

enum column { BY_NAME, BY_2, BY_10, BY_40, BY_TOTAL, COLUMNS };
enum way { BOTH_WAYS, ONLY_IN, ONLY_OUT, WAYS };

struct sorting {
	enum column column;
	enum way way; /* which direction counts; not for names */
	bool is_turned;
	bool is_frozen; /* rows stay where they are, new ones come last */
};

/* Whose rows, and which: of the first so many keys all that is on a level. */
struct row_place {
	unsigned depth;
	enum level level;
	struct key keys[LEVELS];
};

struct item {
	uint64_t value, moved;
	uint32_t row;
};

/* Set traffic, names and is_numeric, zero the rest. */
struct rows {
	struct traffic *traffic;
	struct tm_names *names;
	bool is_numeric; /* users by number */
	struct item *items;
	uint32_t count, room;
	uint32_t parent; /* NO_ROW: nothing was seen of it */
	bool has_rest;	 /* rows of it were forgotten: */
	struct tm_amount rest[2];
	uint64_t rest_bytes[WINDOWS][2];
};

/* 0, or -1 when there is no memory. */
int rows_make(struct rows *rows, const struct row_place *place,
		const struct sorting *sorting);

/* No row has its place any more. */
void rows_thaw(struct traffic *traffic);

/* A user's name, its number where it is asked for or has none. */
const char *rows_user(const struct rows *rows, uint32_t uid);

void rows_free(struct rows *rows);

#endif
