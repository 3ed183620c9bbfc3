#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "report-sums.h"

#define ROOM 64
#define FIRST_BITS 7
#define NONE UINT32_MAX

void row_add(struct report_row *sum, const struct report_row *row)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		amount_add(&sum->moved[i], row->moved[i].packets,
				row->moved[i].bytes);
		amount_add(&sum->lost[i], row->lost[i].packets,
				row->lost[i].bytes);
	}
}

void report_sums_init(
		struct report_sums *sums, unsigned words, uint32_t max_rows)
{
	*sums = (struct report_sums){ .words = words, .max_rows = max_rows };
	/* lest strangers choose keys that all fall into one place */
	if (getrandom(&sums->seed, sizeof(sums->seed), GRND_NONBLOCK) !=
			sizeof(sums->seed))
		sums->seed = time(NULL) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_of(
		const struct report_sums *sums, const uint64_t *key)
{
	uint64_t hash = sums->seed;

	for (unsigned i = 0; i < sums->words; i++)
		hash = mix(hash ^ key[i], UINT64_C(0x9e3779b97f4a7c15));
	return mix(hash ^ sums->words, UINT64_C(0xd6e8feb86659fd93));
}

static inline bool is_key(const struct report_sums *sums, uint32_t row,
		const uint64_t *key)
{
	const uint64_t *const held = report_sums_key(sums, row);

	for (unsigned i = 0; i < sums->words; i++) {
		if (held[i] != key[i])
			return false;
	}
	return true;
}

/* The slot where the key is or would be. */
static struct report_slot *find_slot(const struct report_sums *sums,
		const uint64_t *key, uint64_t hash)
{
	const size_t mask = ((size_t)1 << sums->bits) - 1;
	const uint32_t tag = hash;
	size_t i = hash >> (64 - sums->bits);

	while (sums->slots[i].number != NONE &&
			(sums->slots[i].tag != tag ||
					!is_key(sums, sums->slots[i].number,
							key)))
		i = (i + 1) & mask;
	return &sums->slots[i];
}

static bool place_all(struct report_sums *sums, unsigned bits)
{
	const size_t size = (size_t)1 << bits;
	struct report_slot *const slots = malloc(size * sizeof(*slots));

	if (!slots)
		return false;
	free(sums->slots);
	sums->slots = slots;
	sums->bits = bits;
	memset(slots, 0xff, size * sizeof(*slots));
	for (uint32_t row = 0; row < sums->count; row++) {
		const uint64_t *const key = report_sums_key(sums, row);
		const uint64_t hash = hash_of(sums, key);

		*find_slot(sums, key, hash) = (struct report_slot){ hash, row };
	}
	return true;
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
	sums->room = room;
	return true;
}

/* False when there is no memory for one more row. */
static bool grow(struct report_sums *sums)
{
	if (sums->count == sums->room && !grow_rows(sums))
		return false;
	if (!sums->slots)
		return place_all(sums, FIRST_BITS);
	/* at most half full */
	return !(sums->count >> (sums->bits - 1)) ||
			place_all(sums, sums->bits + 1);
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

static int compare_sizes(const void *a, const void *b, void *context)
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

static int compare_numbers(const void *a, const void *b)
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
static void make_room(struct report_sums *sums)
{
	const uint32_t kept = sums->count / 2;
	uint32_t *const order = malloc((sums->count + 1) * sizeof(*order));

	if (!order) {
		drop_all(sums);
	} else {
		for (uint32_t i = 0; i < sums->count; i++)
			order[i] = i;
		qsort_r(order, sums->count, sizeof(*order), compare_sizes,
				sums);
		qsort(order, kept, sizeof(*order), compare_numbers);
		keep_rows(sums, order, kept);
		free(order);
	}
	if (sums->slots && !place_all(sums, sums->bits)) {
		drop_all(sums);
		memset(sums->slots, 0xff,
				((size_t)1 << sums->bits) *
						sizeof(*sums->slots));
	}
}

static struct report_row *add_row(
		struct report_sums *sums, const uint64_t *key, uint64_t hash)
{
	const uint32_t row = sums->count;

	*find_slot(sums, key, hash) = (struct report_slot){ hash, row };
	memcpy(sums->keys + (size_t)row * sums->words, key,
			sums->words * sizeof(*key));
	sums->rows[row] = (struct report_row){ 0 };
	sums->last = sums->count++;
	return &sums->rows[row];
}

static __attribute__((noinline)) struct report_row *find_or_add(
		struct report_sums *sums, const uint64_t *key, bool *is_new)
{
	const uint64_t hash = hash_of(sums, key);
	uint32_t number;

	if (sums->slots) {
		number = find_slot(sums, key, hash)->number;
		if (number != NONE) {
			sums->last = number;
			return &sums->rows[number];
		}
	}
	*is_new = true;
	if (sums->count == sums->max_rows || !grow(sums))
		make_room(sums);
	return grow(sums) ? add_row(sums, key, hash) : &sums->others;
}

struct report_row *report_sums_row(
		struct report_sums *sums, const uint64_t *key, bool *is_new)
{
	if (sums->has_nobody && *key == TM_NOBODY)
		return &sums->nobody;
	if (sums->last < sums->count && is_key(sums, sums->last, key))
		return &sums->rows[sums->last];
	return find_or_add(sums, key, is_new);
}

const struct report_row *report_sums_find(
		const struct report_sums *sums, const uint64_t *key)
{
	uint32_t number;

	if (sums->has_nobody && *key == TM_NOBODY)
		return &sums->nobody;
	if (!sums->slots)
		return NULL;
	number = find_slot(sums, key, hash_of(sums, key))->number;
	return number == NONE ? NULL : &sums->rows[number];
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
	free(sums->slots);
	*sums = (struct report_sums){
		.words = sums->words,
		.max_rows = sums->max_rows,
		.seed = sums->seed,
		.has_nobody = sums->has_nobody,
	};
}
