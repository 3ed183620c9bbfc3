/* What was moved: a row for each user, in bounded memory. */
#ifndef SUMS_H
#define SUMS_H

#include <stdbool.h>

#include "common/event.h"
#include "common/index.h"

struct row {
	uint32_t uid;
	struct tm_amount moved[2]; /* by direction, what was lost included */
	struct tm_amount lost[2];
};

/* All zero but max_rows is empty. */
struct sums {
	struct tm_index index; /* uid to row */
	struct row *rows;
	uint32_t room, max_rows;
	uint32_t last; /* the row of the event before this one */
	struct row nobody;
	struct row others;	     /* the smallest, that had no room */
	struct tm_amount attributed; /* with nobody's and lost: all of it */
	struct tm_amount unowned;
	struct tm_amount lost;
};

/* Adds TRAFFIC, LOST and UNATTRIBUTED, passes over other kinds. True when the
 * user is seen for the first time. */
bool sums_add(struct sums *sums, const struct tm_event *event);

/* The user's row, or NULL. */
const struct row *sums_find(const struct sums *sums, uint32_t uid);

struct row sums_all(const struct sums *sums);

uint64_t row_bytes(const struct row *row);
uint64_t row_packets(const struct row *row);
void row_add(struct row *sum, const struct row *row);

/* All rows of users as pointers, the largest first or by uid; NULL when there
 * is no memory. */
const struct row **sums_by_size(const struct sums *sums);
const struct row **sums_by_uid(const struct sums *sums);

/* Makes it empty, but for max_rows. */
void sums_clear(struct sums *sums);

#endif
