/* Sums in memory, until they are added to those of the database. */
#ifndef TM_HISTORY_STORE_SUMS_H
#define TM_HISTORY_STORE_SUMS_H

#include "common/sums/key.h"
#include "common/sums/rank.h"
#include "common/sums/sums.h"

/* In words it sorts in the order of a table's key. What a table lacks is 0. In
 * the host's table the process is what it is of. */
struct tm_store_sum_key {
	uint32_t minute; /* since the epoch: the first of the slot */
	uint32_t values[TM_KEYS_STORED];
};

/* No row; also the minute of a free row. */
#define TM_SUM_NONE TM_SUMS_NONE

/* To be set up by tm_store_sums_init. Rows keep their numbers, so that they can
 * be in lists: what is beside each is the next one of its list. */
struct tm_store_sums {
	struct tm_sums table;
	uint32_t free_count, free; /* a list */
};

void tm_store_sums_init(struct tm_store_sums *sums);

struct tm_store_sum_key tm_store_sums_key(
		const struct tm_store_sums *sums, uint32_t row);

static inline uint32_t *tm_store_sums_next(
		const struct tm_store_sums *sums, uint32_t row)
{
	return tm_sums_beside(&sums->table, row);
}

/* The sum of a key, created if missing; NULL without memory. */
struct tm_sum *tm_store_sums_find(
		struct tm_store_sums *sums, const struct tm_store_sum_key *key);

/* The sum of a key, or NULL. */
struct tm_sum *tm_store_sums_known(const struct tm_store_sums *sums,
		const struct tm_store_sum_key *key);

/* Adds a sum to that of a key. 0, or -1. */
int tm_store_sums_add(struct tm_store_sums *to,
		const struct tm_store_sum_key *key, const struct tm_sum *sum);

/* Of a list of rows leaves so many remotes, the largest, and puts the others
 * into one. *first is the list's first row, then the new one's; how many it has
 * then, or TM_SUM_NONE without memory. */
uint32_t tm_store_sums_fold(
		struct tm_store_sums *sums, uint32_t *first, uint32_t remotes);

/* All rows in the order of their keys; NULL without memory. */
struct tm_ranked *tm_store_sums_sort(const struct tm_store_sums *sums);

/* Removes all sums and keeps the memory. */
void tm_store_sums_clear(struct tm_store_sums *sums);

void tm_store_sums_free(struct tm_store_sums *sums);

#endif
