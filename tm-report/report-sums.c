#include <stdlib.h>
#include <string.h>

#include "report-sums.h"

#define ROOM 64

void row_add(struct report_row *sum, const struct report_row *row)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		tm_amount_add(&sum->moved[i], &row->moved[i]);
		tm_amount_add(&sum->lost[i], &row->lost[i]);
	}
}

void report_sums_init(
		struct report_sums *sums, unsigned words, uint32_t max_rows)
{
	*sums = (struct report_sums){ .words = words, .max_rows = max_rows };
}

static uint32_t sums_hash(const struct report_sums *sums, const uint64_t *key)
{
	return tm_map_hash_words(key, sums->words);
}

static inline bool sums_is_key(const void *sums, uint32_t row, const void *key)
{
	return report_sums_is_key(sums, row, key);
}

static uint32_t sums_find(const struct report_sums *sums, const uint64_t *key,
		uint32_t hash)
{
	return tm_map_find(&sums->map, hash, sums_is_key, sums, key);
}

static bool grow_rows(struct report_sums *sums)
{
	uint64_t room = sums->room ? 2 * (uint64_t)sums->room : ROOM;
	uint64_t *keys;
	struct report_row *rows;

	if (room > sums->max_rows)
		room = sums->max_rows;
	keys = realloc(sums->keys, room * sums->words * sizeof(*keys));
	if (!keys)
		return false;
	sums->keys = keys;
	rows = realloc(sums->rows, room * sizeof(*rows));
	if (!rows)
		return false;
	sums->rows = rows;
	if (tm_map_reserve(&sums->map, room))
		return false;
	sums->room = room;
	return true;
}

/* False when there is no memory for one more row. */
static bool sums_grow(struct report_sums *sums)
{
	return sums->count < sums->room || grow_rows(sums);
}

int report_sums_compare_keys(
		const struct report_sums *sums, uint32_t a, uint32_t b)
{
	const uint64_t *const left = report_sums_key(sums, a);
	const uint64_t *const right = report_sums_key(sums, b);

	for (unsigned i = 0; i < sums->words; i++) {
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	}
	return 0;
}

static int sums_compare_rows(const void *a, const void *b, void *context)
{
	const struct report_sums *const sums = context;
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;
	const uint64_t more = row_bytes(&sums->rows[left]);
	const uint64_t less = row_bytes(&sums->rows[right]);

	if (more != less)
		return more < less ? 1 : -1;
	return report_sums_compare_keys(sums, left, right);
}

static int sums_compare_numbers(const void *a, const void *b)
{
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void drop_all(struct report_sums *sums)
{
	for (uint32_t row = 0; row < sums->count; row++)
		row_add(&sums->others, &sums->rows[row]);
	sums->count = 0;
}

/* Moves the rows of these rising numbers to the front; the rest is others'. */
static void keep_rows(
		struct report_sums *sums, const uint32_t *kept, uint32_t count)
{
	const size_t key_size = sums->words * sizeof(*sums->keys);
	uint32_t next = 0;

	for (uint32_t row = 0; row < sums->count; row++) {
		if (next == count || kept[next] != row) {
			row_add(&sums->others, &sums->rows[row]);
			continue;
		}
		memmove(sums->keys + (size_t)next * sums->words,
				report_sums_key(sums, row), key_size);
		sums->rows[next++] = sums->rows[row];
	}
	sums->count = count;
}

/* Keeps the larger half, so that this is seldom. */
static void sums_make_room(struct report_sums *sums)
{
	const uint32_t kept = sums->count / 2;
	uint32_t *const order = malloc((sums->count + 1) * sizeof(*order));

	if (!order) {
		drop_all(sums);
	} else {
		for (uint32_t i = 0; i < sums->count; i++)
			order[i] = i;
		qsort_r(order, sums->count, sizeof(*order), sums_compare_rows,
				sums);
		qsort(order, kept, sizeof(*order), sums_compare_numbers);
		keep_rows(sums, order, kept);
		free(order);
	}
	tm_map_clear(&sums->map);
	for (uint32_t row = 0; row < sums->count; row++)
		tm_map_put(&sums->map,
				sums_hash(sums, report_sums_key(sums, row)),
				row);
}

static struct report_row *add_row(
		struct report_sums *sums, const uint64_t *key, uint32_t hash)
{
	const uint32_t row = sums->count;

	tm_map_put(&sums->map, hash, row);
	memcpy(sums->keys + (size_t)row * sums->words, key,
			sums->words * sizeof(*key));
	sums->rows[row] = (struct report_row){ 0 };
	sums->last = sums->count++;
	return &sums->rows[row];
}

struct report_row *report_sums_find_or_add(
		struct report_sums *sums, const uint64_t *key, bool *is_new)
{
	const uint32_t hash = sums_hash(sums, key);
	const uint32_t number = sums_find(sums, key, hash);

	if (number != TM_MAP_NONE) {
		sums->last = number;
		return &sums->rows[number];
	}
	*is_new = true;
	if (sums->count == sums->max_rows || !sums_grow(sums))
		sums_make_room(sums);
	return sums_grow(sums) ? add_row(sums, key, hash) : &sums->others;
}

const struct report_row *report_sums_find(
		const struct report_sums *sums, const uint64_t *key)
{
	uint32_t number;

	if (sums->has_nobody && *key == TM_NOBODY)
		return &sums->nobody;
	number = sums_find(sums, key, sums_hash(sums, key));
	return number == TM_MAP_NONE ? NULL : &sums->rows[number];
}

struct report_row report_sums_all(const struct report_sums *sums)
{
	struct report_row all = sums->nobody;

	row_add(&all, &sums->others);
	for (uint32_t row = 0; row < sums->count; row++)
		row_add(&all, &sums->rows[row]);
	return all;
}

void report_sums_clear(struct report_sums *sums)
{
	free(sums->keys);
	free(sums->rows);
	tm_map_free(&sums->map);
	*sums = (struct report_sums){
		.words = sums->words,
		.max_rows = sums->max_rows,
		.has_nobody = sums->has_nobody,
	};
}
