#include <stdlib.h>
#include <string.h>

#include "sums.h"

#define ROOM 64

void tm_sum_add(struct tm_sum *to, const struct tm_sum *more)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		tm_amount_add(&to->moved[i], &more->moved[i]);
		tm_amount_add(&to->lost[i], &more->lost[i]);
	}
}

void tm_sum_subtract(struct tm_sum *from, const struct tm_sum *part)
{
	for (int i = TM_IN; i <= TM_OUT; i++)
		from->moved[i] = tm_amount_rest(
				&from->moved[i], &part->moved[i]);
}

void tm_sums_init(struct tm_sums *sums, unsigned words, uint32_t max_rows)
{
	*sums = (struct tm_sums){ .words = words, .max_rows = max_rows };
}

static uint32_t sums_hash(const struct tm_sums *sums, const uint64_t *key)
{
	return tm_map_hash_words(key, sums->words);
}

static inline bool sums_is_key(const void *sums, uint32_t row, const void *key)
{
	return tm_sums_is_key(sums, row, key);
}

static uint32_t sums_find(
		const struct tm_sums *sums, const uint64_t *key, uint32_t hash)
{
	return tm_map_find(&sums->map, hash, sums_is_key, sums, key);
}

static bool sums_grow(struct tm_sums *sums, size_t room)
{
	uint64_t *const keys = reallocarray(
			sums->keys, room, sums->words * sizeof(*keys));
	struct tm_sum *rows;
	char *beside;

	if (!keys)
		return false;
	sums->keys = keys;
	rows = reallocarray(sums->rows, room, sizeof(*rows));
	if (!rows)
		return false;
	sums->rows = rows;
	if (sums->beside_size) {
		beside = reallocarray(sums->beside, room, sums->beside_size);
		if (!beside)
			return false;
		sums->beside = beside;
	}
	if (tm_map_reserve(&sums->map, room))
		return false;
	sums->room = room;
	return true;
}

bool tm_sums_have_room(struct tm_sums *sums)
{
	const uint64_t twice = sums->room ? 2 * (uint64_t)sums->room : ROOM;

	if (sums->count < sums->room)
		return true;
	return sums->count < sums->max_rows &&
			sums_grow(sums,
					twice < sums->max_rows
							? twice
							: sums->max_rows);
}

int tm_sums_compare_keys(const struct tm_sums *sums, uint32_t a, uint32_t b)
{
	const uint64_t *const left = tm_sums_key(sums, a);
	const uint64_t *const right = tm_sums_key(sums, b);

	for (unsigned i = 0; i < sums->words; i++) {
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	}
	return 0;
}

static int sums_compare_rows(const void *a, const void *b, void *context)
{
	const struct tm_sums *const sums = context;
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;
	const uint64_t more = tm_sum_bytes(&sums->rows[left]);
	const uint64_t less = tm_sum_bytes(&sums->rows[right]);

	if (more != less)
		return more < less ? 1 : -1;
	return tm_sums_compare_keys(sums, left, right);
}

static int sums_compare_numbers(const void *a, const void *b)
{
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void sums_move_row(struct tm_sums *sums, uint32_t to, uint32_t from)
{
	if (to == from)
		return;
	memcpy(sums->keys + (size_t)to * sums->words, tm_sums_key(sums, from),
			sums->words * sizeof(*sums->keys));
	sums->rows[to] = sums->rows[from];
	if (sums->beside)
		memcpy(tm_sums_beside(sums, to), tm_sums_beside(sums, from),
				sums->beside_size);
}

void tm_sums_keep(struct tm_sums *sums, const uint32_t *kept, uint32_t count)
{
	uint32_t next = 0;

	for (uint32_t row = 0; row < sums->count; row++) {
		if (next < count && kept[next] == row)
			sums_move_row(sums, next++, row);
		else
			tm_sum_add(&sums->others, &sums->rows[row]);
	}
	sums->count = count;
}

void tm_sums_rehash(struct tm_sums *sums)
{
	tm_map_clear(&sums->map);
	for (uint32_t row = 0; row < sums->count; row++)
		tm_map_put(&sums->map, sums_hash(sums, tm_sums_key(sums, row)),
				row);
}

/* Keeps the larger half, so that this is seldom. */
static void sums_make_room(struct tm_sums *sums)
{
	const uint32_t kept = sums->count / 2;
	uint32_t *const order = malloc((sums->count + 1) * sizeof(*order));

	if (order) {
		for (uint32_t i = 0; i < sums->count; i++)
			order[i] = i;
		qsort_r(order, sums->count, sizeof(*order), sums_compare_rows,
				sums);
		qsort(order, kept, sizeof(*order), sums_compare_numbers);
	}
	tm_sums_keep(sums, order, order ? kept : 0);
	tm_sums_rehash(sums);
	free(order);
}

static struct tm_sum *sums_add_row(
		struct tm_sums *sums, const uint64_t *key, uint32_t hash)
{
	const uint32_t row = sums->count;

	tm_map_put(&sums->map, hash, row);
	memcpy(sums->keys + (size_t)row * sums->words, key,
			sums->words * sizeof(*key));
	sums->rows[row] = (struct tm_sum){ 0 };
	if (sums->beside)
		memset(tm_sums_beside(sums, row), 0, sums->beside_size);
	sums->last = sums->count++;
	return &sums->rows[row];
}

struct tm_sum *tm_sums_find_or_add(
		struct tm_sums *sums, const uint64_t *key, bool *is_new)
{
	const uint32_t hash = sums_hash(sums, key);
	const uint32_t row = sums_find(sums, key, hash);

	if (row != TM_SUMS_NONE) {
		sums->last = row;
		return &sums->rows[row];
	}
	*is_new = true;
	if (!tm_sums_have_room(sums))
		sums_make_room(sums);
	return tm_sums_have_room(sums) ? sums_add_row(sums, key, hash)
				       : &sums->others;
}

struct tm_sum *tm_sums_rekey(
		struct tm_sums *sums, uint32_t row, const uint64_t *key)
{
	uint64_t *const held = sums->keys + (size_t)row * sums->words;

	tm_map_remove(&sums->map, sums_hash(sums, held), row);
	memcpy(held, key, sums->words * sizeof(*key));
	tm_map_put(&sums->map, sums_hash(sums, key), row);
	sums->rows[row] = (struct tm_sum){ 0 };
	return &sums->rows[row];
}

uint32_t tm_sums_row(const struct tm_sums *sums, const uint64_t *key)
{
	return sums_find(sums, key, sums_hash(sums, key));
}

const struct tm_sum *tm_sums_find(
		const struct tm_sums *sums, const uint64_t *key)
{
	uint32_t row;

	if (sums->has_nobody && *key == TM_NOBODY)
		return &sums->nobody;
	row = tm_sums_row(sums, key);
	return row == TM_SUMS_NONE ? NULL : &sums->rows[row];
}

struct tm_sum tm_sums_all(const struct tm_sums *sums)
{
	struct tm_sum all = sums->nobody;

	tm_sum_add(&all, &sums->others);
	for (uint32_t row = 0; row < sums->count; row++)
		tm_sum_add(&all, &sums->rows[row]);
	return all;
}

void tm_sums_clear(struct tm_sums *sums)
{
	sums->count = 0;
	sums->nobody = sums->others = (struct tm_sum){ 0 };
	tm_map_clear(&sums->map);
}

void tm_sums_free(struct tm_sums *sums)
{
	free(sums->keys);
	free(sums->rows);
	free(sums->beside);
	tm_map_free(&sums->map);
	*sums = (struct tm_sums){
		.words = sums->words,
		.max_rows = sums->max_rows,
		.beside_size = sums->beside_size,
		.has_nobody = sums->has_nobody,
	};
}

int tm_sums_copy(struct tm_sums *to, const struct tm_sums *from)
{
	const size_t room = from->count;

	*to = *from;
	to->keys = NULL;
	to->rows = NULL;
	to->beside = NULL;
	to->map = (struct tm_map){ 0 };
	to->room = 0;
	if (!room)
		return 0;
	if (!sums_grow(to, room)) {
		tm_sums_free(to);
		return -1;
	}
	memcpy(to->keys, from->keys, room * from->words * sizeof(*to->keys));
	memcpy(to->rows, from->rows, room * sizeof(*to->rows));
	if (from->beside)
		memcpy(to->beside, from->beside, room * from->beside_size);
	tm_sums_rehash(to);
	return 0;
}
