/* Which rows come first. Rows of one rank stand in the order of their keys, so
 * that the same traffic gives the same table everywhere. */
#ifndef TM_SUMS_RANK_H
#define TM_SUMS_RANK_H

#include "keys.h"
#include "sums.h"

enum tm_measure {
	TM_BY_TOTAL,
	TM_BY_IN,
	TM_BY_OUT,
	TM_BY_PACKETS,
	TM_BY_LOST,
	TM_BY_KEY
};

/* The largest first, or by one of the keys, the smallest first; among equal
 * ones the larger in bytes, then that of the smaller key. */
struct tm_order {
	enum tm_measure measure;
	unsigned key; /* which of the keys, for TM_BY_KEY */
};

/* A row and what it is sorted by first: looking that up for each comparison
 * would miss the cache. */
struct tm_ranked {
	uint64_t rank; /* the lowest comes first */
	uint32_t row;
};

/* The first rows in their order; the caller frees it. */
struct tm_ranking {
	struct tm_ranked *rows;
	uint32_t count;
	struct tm_sum rest; /* of the other rows */
};

/* Compares two that have the same rank, as qsort_r(3) does. */
typedef int tm_rank_fn(const struct tm_ranked *a, const struct tm_ranked *b,
		const void *context);

/* Moves the first most of them to the front, in order; the others follow in any
 * order. */
void tm_rank(struct tm_ranked *rows, uint32_t count, uint32_t most,
		tm_rank_fn *compare, const void *context);

/* At most so many rows, 0 = all. keys are needed for TM_BY_KEY. 0, or -1 if
 * there is no memory. */
int tm_sums_rank(struct tm_ranking *ranking, const struct tm_sums *sums,
		const struct tm_keys *keys, struct tm_order order,
		uint32_t most);

#endif
