/* Sums in memory, until they are written to the database's. */
#ifndef TM_HISTORY_STORE_SUMS_H
#define TM_HISTORY_STORE_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/map.h"
#include "common/record/event.h"

/* In the order of a table's key; those that a table lacks are 0. In the host's
 * table process is what it is of. */
struct tm_store_sum_key {
	uint32_t minute; /* since the epoch: of a slot its first */
	uint32_t uid;
	uint32_t process;
	uint32_t remote;
	uint32_t protocol;
	uint32_t interface;
};

#define TM_SUM_NONE TM_MAP_NONE /* no row; the minute of a row that is free */

struct tm_store_sum {
	struct tm_store_sum_key key;
	uint32_t next; /* row, of whatever list the caller keeps */
	struct tm_amount moved[2], lost[2];
};

/* All zero is empty. */
struct tm_store_sums {
	struct tm_store_sum *rows;
	struct tm_map map;
	uint32_t room;
	uint32_t count;		   /* of rows, with those that are free */
	uint32_t free_count, free; /* a list */
};

/* The key's sum, made where it is missing; NULL when there is no memory. */
struct tm_store_sum *tm_store_sums_find(
		struct tm_store_sums *sums, const struct tm_store_sum_key *key);

/* The same, NULL where there is none. */
struct tm_store_sum *tm_store_sums_known(const struct tm_store_sums *sums,
		const struct tm_store_sum_key *key);

/* Adds one to another, by a key that may be a coarser one. 0, or -1. */
int tm_store_sums_add(struct tm_store_sums *to,
		const struct tm_store_sum_key *key,
		const struct tm_store_sum *sum);

/* Of a list of rows leaves so many remotes, the largest, and puts the others
 * into one. *first is the list's first row, then the new one's; how many it has
 * then, or TM_SUM_NONE without memory. */
uint32_t tm_store_sums_fold(
		struct tm_store_sums *sums, uint32_t *first, uint32_t remotes);

static inline bool tm_store_sum_is_free(const struct tm_store_sum *sum)
{
	return sum->key.minute == TM_SUM_NONE;
}

/* Minute, user, remote first, then the rest. It cannot be found in any more.
 */
void tm_store_sums_sort(struct tm_store_sums *sums);

/* Keeps the memory. */
void tm_store_sums_clear(struct tm_store_sums *sums);

void tm_store_sums_free(struct tm_store_sums *sums);

static inline uint64_t tm_store_sum_bytes(const struct tm_store_sum *sum)
{
	return sum->moved[TM_IN].bytes + sum->moved[TM_OUT].bytes;
}

#endif
