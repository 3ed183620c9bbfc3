/* Sums in memory, until they are written to the database's. */
#ifndef TM_STORE_SUMS_H
#define TM_STORE_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record/event.h"

/* In the order of a table's key; those that a table lacks are 0. In the host's
 * table process is what it is of. */
struct sum_key {
	uint32_t minute; /* since the epoch: of a slot its first */
	uint32_t uid;
	uint32_t process;
	uint32_t remote;
	uint32_t protocol;
	uint32_t interface;
};

#define SUM_NONE UINT32_MAX /* no row; the minute of a row that is free */

struct sum {
	struct sum_key key;
	uint32_t next; /* row, of whatever list the caller keeps */
	struct tm_amount moved[2], lost[2];
};

/* All zero is empty. */
struct sums {
	struct sum *rows;
	uint32_t *slots;
	unsigned bits;
	uint32_t count;		   /* of rows, with those that are free */
	uint32_t free_count, free; /* a list */
};

/* The key's sum, made where it is missing; NULL when there is no memory. */
struct sum *sums_find(struct sums *sums, const struct sum_key *key);

/* The same, NULL where there is none. */
struct sum *sums_known(const struct sums *sums, const struct sum_key *key);

/* Adds one to another, by a key that may be a coarser one. 0, or -1. */
int sums_add(struct sums *to, const struct sum_key *key, const struct sum *sum);

/* Of a list of rows leaves so many remotes, the largest, and puts the others
 * into one. *first is the list's first row, then the new one's; how many it has
 * then, or SUM_NONE without memory. */
uint32_t sums_fold(struct sums *sums, uint32_t *first, uint32_t remotes);

static inline bool sum_is_free(const struct sum *sum)
{
	return sum->key.minute == SUM_NONE;
}

/* Minute, user, remote first, then the rest. It cannot be found in any more.
 */
void sums_sort(struct sums *sums);

/* Keeps the memory. */
void sums_clear(struct sums *sums);

void sums_free(struct sums *sums);

static inline uint64_t sum_bytes(const struct sum *sum)
{
	return sum->moved[TM_IN].bytes + sum->moved[TM_OUT].bytes;
}

#endif
