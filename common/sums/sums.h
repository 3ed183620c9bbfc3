/* Amounts by key, in bounded memory. A row is a number from 0; its key, its sum
 * and whatever else the caller keeps for it are in separate arrays. Strangers
 * choose keys, so the table is a tm_map, whose hash they cannot predict. */
#ifndef TM_SUMS_SUMS_H
#define TM_SUMS_SUMS_H

#include <stdbool.h>

#include "common/base/map.h"
#include "common/record/amount.h"

#define TM_SUMS_NONE TM_MAP_NONE

struct tm_sum {
	struct tm_amount moved[2]; /* by direction, including losses */
	struct tm_amount lost[2];
};

struct tm_sums {
	unsigned words;	   /* of a key */
	uint32_t max_rows; /* beyond that the smallest are added to others */
	uint32_t count, room;
	uint32_t last; /* the row that was looked up last */
	uint64_t *keys;
	struct tm_sum *rows;
	size_t beside_size; /* bytes that the caller keeps for each row ... */
	char *beside;	    /* ... where, zero for a new row */
	struct tm_map map;
	bool has_nobody;      /* the key is a user: TM_NOBODY has a sum apart */
	struct tm_sum nobody; /* ... which is never one of the smallest */
	struct tm_sum others; /* the smallest, which had no room */
};

static inline void *tm_sums_beside(const struct tm_sums *sums, uint32_t row)
{
	return sums->beside + row * sums->beside_size;
}

void tm_sums_init(struct tm_sums *sums, unsigned words, uint32_t max_rows);

static inline const uint64_t *tm_sums_key(
		const struct tm_sums *sums, uint32_t row)
{
	return sums->keys + (size_t)row * sums->words;
}

static inline bool tm_sums_is_key(
		const struct tm_sums *sums, uint32_t row, const uint64_t *key)
{
	const uint64_t *const held = tm_sums_key(sums, row);

	for (unsigned i = 0; i < sums->words; i++) {
		if (held[i] != key[i])
			return false;
	}
	return true;
}

/* The row of a key, or TM_SUMS_NONE. */
uint32_t tm_sums_row(const struct tm_sums *sums, const uint64_t *key);

/* The sum of a key, or NULL. */
const struct tm_sum *tm_sums_find(
		const struct tm_sums *sums, const uint64_t *key);

struct tm_sum *tm_sums_find_or_add(
		struct tm_sums *sums, const uint64_t *key, bool *is_new);

/* The sum of a key, created if missing; without memory the sum of the others.
 * Sets *is_new if it was created. */
static inline struct tm_sum *tm_sums_at(
		struct tm_sums *sums, const uint64_t *key, bool *is_new)
{
	if (sums->has_nobody && *key == TM_NOBODY)
		return &sums->nobody;
	if (sums->last < sums->count && tm_sums_is_key(sums, sums->last, key))
		return &sums->rows[sums->last];
	return tm_sums_find_or_add(sums, key, is_new);
}

/* Compares keys word by word. */
int tm_sums_compare_keys(const struct tm_sums *sums, uint32_t a, uint32_t b);

/* The sum of everything: the rows, nobody and the others. */
struct tm_sum tm_sums_all(const struct tm_sums *sums);

/* Whether there is room for one more row, without which tm_sums_at makes some
 * from the smallest. */
bool tm_sums_have_room(struct tm_sums *sums);

/* Gives a row a key that no row has, and a sum of zero. */
struct tm_sum *tm_sums_rekey(
		struct tm_sums *sums, uint32_t row, const uint64_t *key);

/* Moves the rows of these rising numbers to the front; the sums of the rest
 * become others'. Then tm_sums_rehash is due, before which keys may change. */
void tm_sums_keep(struct tm_sums *sums, const uint32_t *kept, uint32_t count);
void tm_sums_rehash(struct tm_sums *sums);

/* 0, or -1 if there is no memory. */
int tm_sums_copy(struct tm_sums *to, const struct tm_sums *from);

/* Makes it empty: tm_sums_clear keeps the memory, tm_sums_free gives it back.
 */
void tm_sums_clear(struct tm_sums *sums);
void tm_sums_free(struct tm_sums *sums);

/* --- one sum --- */

static inline uint64_t tm_sum_bytes(const struct tm_sum *sum)
{
	return tm_amount_both(sum->moved).bytes;
}

static inline uint64_t tm_sum_packets(const struct tm_sum *sum)
{
	return tm_amount_both(sum->moved).packets;
}

static inline bool tm_sum_is_empty(const struct tm_sum *sum)
{
	return !tm_sum_packets(sum) && !tm_sum_bytes(sum);
}

/* Counts TRAFFIC, LOST or UNATTRIBUTED. */
static inline void tm_sum_count(
		struct tm_sum *sum, const struct tm_event *event)
{
	const int direction = event->direction == TM_OUT;

	tm_amount_count(&sum->moved[direction], event);
	if (event->kind == TM_LOST)
		tm_amount_count(&sum->lost[direction], event);
}

void tm_sum_add(struct tm_sum *to, const struct tm_sum *more);

/* Subtracts what was added before. */
void tm_sum_subtract(struct tm_sum *from, const struct tm_sum *part);

#endif
