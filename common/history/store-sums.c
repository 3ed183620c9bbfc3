#include <stdlib.h>
#include <string.h>

#include "schema.h"
#include "store-sums.h"

#define WORDS (1 + TM_KEYS_STORED / 2)

/* The minute and the first value, then two values each. */
static void key_pack(const struct tm_store_sum_key *key, uint64_t *words)
{
	*words++ = (uint64_t)key->minute << 32 | key->values[0];
	for (unsigned i = 1; i < TM_KEYS_STORED; i += 2)
		*words++ = (uint64_t)key->values[i] << 32 |
				(i + 1 < TM_KEYS_STORED ? key->values[i + 1]
							: 0);
}

void tm_store_sums_init(struct tm_store_sums *sums)
{
	*sums = (struct tm_store_sums){ 0 };
	tm_sums_init(&sums->table, WORDS, UINT32_MAX);
	sums->table.beside_size = sizeof(uint32_t);
}

struct tm_store_sum_key tm_store_sums_key(
		const struct tm_store_sums *sums, uint32_t row)
{
	const uint64_t *words = tm_sums_key(&sums->table, row);
	struct tm_store_sum_key key = { *words >> 32, { *words } };

	for (unsigned i = 1; i < TM_KEYS_STORED; i++)
		key.values[i] = i % 2 ? *++words >> 32 : *words;
	return key;
}

struct tm_sum *tm_store_sums_known(const struct tm_store_sums *sums,
		const struct tm_store_sum_key *key)
{
	uint64_t words[WORDS];
	uint32_t row;

	key_pack(key, words);
	row = tm_sums_row(&sums->table, words);
	return row == TM_SUM_NONE ? NULL : &sums->table.rows[row];
}

/* A free row, or a new one. */
static struct tm_sum *store_sums_add_row(
		struct tm_store_sums *sums, const uint64_t *words)
{
	const uint32_t row = sums->free;
	bool is_new;

	if (!sums->free_count)
		return tm_sums_have_room(&sums->table)
				? tm_sums_at(&sums->table, words, &is_new)
				: NULL;
	sums->free_count--;
	sums->free = *tm_store_sums_next(sums, row);
	return tm_sums_rekey(&sums->table, row, words);
}

struct tm_sum *tm_store_sums_find(
		struct tm_store_sums *sums, const struct tm_store_sum_key *key)
{
	struct tm_sum *const sum = tm_store_sums_known(sums, key);
	uint64_t words[WORDS];

	key_pack(key, words);
	return sum ? sum : store_sums_add_row(sums, words);
}

/* A key that no traffic has. */
static void store_sums_free_row(struct tm_store_sums *sums, uint32_t row)
{
	const struct tm_store_sum_key key = { TM_SUM_NONE, { row } };
	uint64_t words[WORDS];

	key_pack(&key, words);
	tm_sums_rekey(&sums->table, row, words);
	*tm_store_sums_next(sums, row) = sums->free;
	sums->free = row;
	sums->free_count++;
}

int tm_store_sums_add(struct tm_store_sums *to,
		const struct tm_store_sum_key *key, const struct tm_sum *sum)
{
	struct tm_sum *const at = tm_store_sums_find(to, key);

	if (!at)
		return -1;
	tm_sum_add(at, sum);
	return 0;
}

static int compare_sizes(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

static bool is_remote(const struct tm_store_sums *sums, uint32_t row)
{
	return tm_store_sums_key(sums, row).values[TM_KEY_REMOTE] >
			TM_HISTORY_REMAINDER;
}

static uint64_t row_bytes(const struct tm_store_sums *sums, uint32_t row)
{
	return tm_sum_bytes(&sums->table.rows[row]);
}

static uint32_t count_rows(const struct tm_store_sums *sums, uint32_t row)
{
	uint32_t count = 0;

	for (; row != TM_SUM_NONE; row = *tm_store_sums_next(sums, row))
		count++;
	return count;
}

/* The size of the smallest remote that is kept. */
static int find_least(const struct tm_store_sums *sums, uint32_t row,
		uint32_t remotes, uint64_t *least)
{
	uint64_t *const sizes =
			malloc((count_rows(sums, row) + 1) * sizeof(*sizes));
	uint32_t count = 0;

	if (!sizes)
		return -1;
	for (; row != TM_SUM_NONE; row = *tm_store_sums_next(sums, row)) {
		if (is_remote(sums, row))
			sizes[count++] = row_bytes(sums, row);
	}
	qsort(sizes, count, sizeof(*sizes), compare_sizes);
	*least = count > remotes ? sizes[remotes - 1] : 0;
	free(sizes);
	return 0;
}

/* Adds it to the row of the remainder, which joins the list. */
static int fold_row(struct tm_store_sums *sums, uint32_t row, uint32_t *first)
{
	struct tm_store_sum_key key = tm_store_sums_key(sums, row);
	const struct tm_sum sum = sums->table.rows[row];
	const struct tm_sum *to;

	key.values[TM_KEY_REMOTE] = TM_HISTORY_REMAINDER;
	store_sums_free_row(sums, row);
	if (tm_store_sums_known(sums, &key))
		return tm_store_sums_add(sums, &key, &sum);
	if (tm_store_sums_add(sums, &key, &sum))
		return -1;
	to = tm_store_sums_known(sums, &key);
	*tm_store_sums_next(sums, to - sums->table.rows) = *first;
	*first = to - sums->table.rows;
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
		next = *tm_store_sums_next(sums, row);
		if (is_remote(sums, row) &&
				(row_bytes(sums, row) < least ||
						stayed >= remotes)) {
			if (fold_row(sums, row, first))
				return TM_SUM_NONE;
			continue;
		}
		stayed += is_remote(sums, row);
		*tm_store_sums_next(sums, row) = *first;
		*first = row;
	}
	return count_rows(sums, *first);
}

static int compare_ranked(const struct tm_ranked *a, const struct tm_ranked *b,
		const void *sums)
{
	return tm_sums_compare_keys(sums, a->row, b->row);
}

struct tm_ranked *tm_store_sums_sort(const struct tm_store_sums *sums)
{
	const struct tm_sums *const table = &sums->table;
	struct tm_ranked *const rows = reallocarray(
			NULL, table->count + (size_t)1, sizeof(*rows));

	if (!rows)
		return NULL;
	for (uint32_t row = 0; row < table->count; row++)
		rows[row] = (struct tm_ranked){ *tm_sums_key(table, row), row };
	tm_rank(rows, table->count, table->count, compare_ranked, table);
	return rows;
}

void tm_store_sums_clear(struct tm_store_sums *sums)
{
	sums->free_count = 0;
	tm_sums_clear(&sums->table);
}

void tm_store_sums_free(struct tm_store_sums *sums)
{
	tm_sums_free(&sums->table);
	sums->free_count = 0;
}
