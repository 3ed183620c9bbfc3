#include <stdlib.h>
#include <string.h>

#include "schema.h"
#include "store-sums.h"

_Static_assert(sizeof(struct tm_store_sum_key) == 24, "three words");

static uint32_t hash_of(const struct tm_store_sum_key *key)
{
	return tm_map_hash_words(key, 3);
}

static bool is_sum_key(const void *rows, uint32_t row, const void *key)
{
	return !memcmp(&((const struct tm_store_sum *)rows)[row].key, key,
			sizeof(struct tm_store_sum_key));
}

static int store_sums_grow(struct tm_store_sums *sums)
{
	const uint32_t room = sums->room ? 2 * sums->room : 512;
	struct tm_store_sum *const rows =
			reallocarray(sums->rows, room, sizeof(*rows));

	if (!rows)
		return -1;
	sums->rows = rows;
	if (tm_map_reserve(&sums->map, room))
		return -1;
	sums->room = room;
	return 0;
}

struct tm_store_sum *tm_store_sums_known(const struct tm_store_sums *sums,
		const struct tm_store_sum_key *key)
{
	const uint32_t found = tm_map_find(
			&sums->map, hash_of(key), is_sum_key, sums->rows, key);

	return found == TM_SUM_NONE ? NULL : &sums->rows[found];
}

/* A row that is free, or one more. */
static uint32_t new_row(struct tm_store_sums *sums)
{
	const uint32_t row = sums->free;

	if (!sums->free_count)
		return sums->count++;
	sums->free_count--;
	sums->free = sums->rows[row].next;
	return row;
}

struct tm_store_sum *tm_store_sums_find(
		struct tm_store_sums *sums, const struct tm_store_sum_key *key)
{
	struct tm_store_sum *sum = tm_store_sums_known(sums, key);
	uint32_t row;

	if (sum)
		return sum;
	if (!sums->free_count && sums->count == sums->room &&
			store_sums_grow(sums))
		return NULL;
	row = new_row(sums);
	tm_map_put(&sums->map, hash_of(key), row);
	sum = memset(&sums->rows[row], 0, sizeof(*sum));
	sum->key = *key;
	return sum;
}

static void remove_row(struct tm_store_sums *sums, uint32_t row)
{
	struct tm_store_sum *const sum = &sums->rows[row];

	tm_map_remove(&sums->map, hash_of(&sum->key), row);
	sum->key.minute = TM_SUM_NONE;
	sum->next = sums->free;
	sums->free = row;
	sums->free_count++;
}

static void amounts_add(
		struct tm_amount to[2], const struct tm_amount amounts[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		to[i].bytes += amounts[i].bytes;
		to[i].packets += amounts[i].packets;
	}
}

int tm_store_sums_add(struct tm_store_sums *to,
		const struct tm_store_sum_key *key,
		const struct tm_store_sum *sum)
{
	struct tm_store_sum *const at = tm_store_sums_find(to, key);

	if (!at)
		return -1;
	amounts_add(at->moved, sum->moved);
	amounts_add(at->lost, sum->lost);
	return 0;
}

static int compare_sizes(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

static bool is_remote(const struct tm_store_sum *sum)
{
	return sum->key.remote > TM_HISTORY_REMAINDER;
}

static uint32_t count_rows(const struct tm_store_sums *sums, uint32_t row)
{
	uint32_t count = 0;

	for (; row != TM_SUM_NONE; row = sums->rows[row].next)
		count++;
	return count;
}

/* The size of the smallest remote that stays. */
static int find_least(const struct tm_store_sums *sums, uint32_t row,
		uint32_t remotes, uint64_t *least)
{
	uint64_t *const sizes =
			malloc((count_rows(sums, row) + 1) * sizeof(*sizes));
	uint32_t count = 0;

	if (!sizes)
		return -1;
	for (; row != TM_SUM_NONE; row = sums->rows[row].next) {
		if (is_remote(&sums->rows[row]))
			sizes[count++] = tm_store_sum_bytes(&sums->rows[row]);
	}
	qsort(sizes, count, sizeof(*sizes), compare_sizes);
	*least = count > remotes ? sizes[remotes - 1] : 0;
	free(sizes);
	return 0;
}

/* Into the remainder's row, which is in the list then. */
static int fold_row(struct tm_store_sums *sums, uint32_t row, uint32_t *first)
{
	struct tm_store_sum sum = sums->rows[row];
	const uint32_t live = sums->count - sums->free_count;
	struct tm_store_sum *to;

	remove_row(sums, row);
	sum.key.remote = TM_HISTORY_REMAINDER;
	if (tm_store_sums_add(sums, &sum.key, &sum))
		return -1;
	if (sums->count - sums->free_count < live)
		return 0; /* it was there */
	to = tm_store_sums_known(sums, &sum.key);
	to->next = *first;
	*first = to - sums->rows;
	return 0;
}

uint32_t tm_store_sums_fold(
		struct tm_store_sums *sums, uint32_t *first, uint32_t remotes)
{
	uint32_t row = *first, stayed = 0, next;
	uint64_t least;

	if (find_least(sums, row, remotes, &least))
		return TM_SUM_NONE;
	*first = TM_SUM_NONE;
	for (; row != TM_SUM_NONE; row = next) {
		struct tm_store_sum *const sum = &sums->rows[row];

		next = sum->next;
		if (is_remote(sum) &&
				(tm_store_sum_bytes(sum) < least ||
						stayed >= remotes)) {
			if (fold_row(sums, row, first))
				return TM_SUM_NONE;
			continue;
		}
		stayed += is_remote(sum);
		sum->next = *first;
		*first = row;
	}
	return count_rows(sums, *first);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_sums(const void *left, const void *right)
{
	const struct tm_store_sum_key *const a = left, *const b = right;
	int result = compare_numbers((uint64_t)a->minute << 32 | a->uid,
			(uint64_t)b->minute << 32 | b->uid);

	if (!result)
		result = compare_numbers((uint64_t)a->remote << 32 | a->process,
				(uint64_t)b->remote << 32 | b->process);
	return result ? result
		      : compare_numbers((uint64_t)a->protocol << 32 |
							a->interface,
					(uint64_t)b->protocol << 32 |
							b->interface);
}

void tm_store_sums_sort(struct tm_store_sums *sums)
{
	if (sums->count)
		qsort(sums->rows, sums->count, sizeof(*sums->rows),
				compare_sums);
}

void tm_store_sums_clear(struct tm_store_sums *sums)
{
	sums->count = sums->free_count = 0;
	tm_map_clear(&sums->map);
}

void tm_store_sums_free(struct tm_store_sums *sums)
{
	free(sums->rows);
	tm_map_free(&sums->map);
	*sums = (struct tm_store_sums){ 0 };
}
