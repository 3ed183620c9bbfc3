#include <stdlib.h>
#include <string.h>

#include "history/database.h"
#include "sums.h"

#define NONE UINT32_MAX
#define MIX UINT64_C(0x9e3779b97f4a7c15)

static uint32_t hash(const struct sum_key *key, unsigned bits)
{
	uint64_t parts[3], h;

	memcpy(parts, key, sizeof(parts));
	h = (parts[0] * MIX) ^ parts[1];
	h = ((h ^ h >> 29) * MIX) ^ parts[2];
	h = (h ^ h >> 32) * MIX;
	return h >> (64 - bits);
}

static uint32_t *slot_of(const struct sums *sums, const struct sum_key *key)
{
	const uint32_t mask = (UINT32_C(1) << sums->bits) - 1;
	uint32_t i = hash(key, sums->bits);

	while (sums->slots[i] != NONE &&
		memcmp(&sums->rows[sums->slots[i]].key, key, sizeof(*key)))
		i = (i + 1) & mask;
	return &sums->slots[i];
}

static void empty_slots(struct sums *sums)
{
	if (sums->slots)
		memset(sums->slots, 0xff, sizeof(*sums->slots) << sums->bits);
}

static int grow(struct sums *sums)
{
	const unsigned bits = sums->slots ? sums->bits + 1 : 10;
	struct sum *rows;
	uint32_t *slots;

	rows = realloc(sums->rows, sizeof(*rows) << (bits - 1));
	if (!rows)
		return -1;
	sums->rows = rows;
	slots = realloc(sums->slots, sizeof(*slots) << bits);
	if (!slots)
		return -1;
	sums->slots = slots;
	sums->bits = bits;
	empty_slots(sums);
	for (uint32_t i = 0; i < sums->count; i++)
		*slot_of(sums, &rows[i].key) = i;
	return 0;
}

struct sum *sums_known(const struct sums *sums, const struct sum_key *key)
{
	const uint32_t found = sums->slots ? *slot_of(sums, key) : NONE;

	return found == NONE ? NULL : &sums->rows[found];
}

struct sum *sums_find(struct sums *sums, const struct sum_key *key)
{
	struct sum *sum = sums_known(sums, key);

	if (sum)
		return sum;
	if ((!sums->slots || sums->count >= UINT32_C(1) << (sums->bits - 1)) &&
		grow(sums))
		return NULL;
	*slot_of(sums, key) = sums->count;
	sum = memset(&sums->rows[sums->count++], 0, sizeof(*sum));
	sum->key = *key;
	return sum;
}

static void add(struct tm_amount to[2], const struct tm_amount amounts[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		to[i].bytes += amounts[i].bytes;
		to[i].packets += amounts[i].packets;
	}
}

int sums_add(struct sums *to, const struct sum_key *key, const struct sum *sum)
{
	struct sum *const at = sums_find(to, key);

	if (!at)
		return -1;
	add(at->moved, sum->moved);
	add(at->lost, sum->lost);
	return 0;
}

static bool is_of(const struct sum *sum, uint32_t minute, uint32_t uid)
{
	return sum->key.minute == minute && sum->key.uid == uid;
}

static int compare_sizes(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

/* The size of the smallest remote that stays; 0 = all do. */
static uint64_t find_least(const struct sums *sums, uint32_t minute,
	uint32_t uid, uint32_t remotes)
{
	uint64_t *const sizes = malloc((sums->count + 1) * sizeof(*sizes));
	uint64_t least = 0;
	uint32_t count = 0;

	if (!sizes)
		return 0;
	for (uint32_t i = 0; i < sums->count; i++) {
		if (is_of(&sums->rows[i], minute, uid) &&
			sums->rows[i].key.remote > HISTORY_REMAINDER)
			sizes[count++] = sum_bytes(&sums->rows[i]);
	}
	if (count > remotes) {
		qsort(sizes, count, sizeof(*sizes), compare_sizes);
		least = sizes[remotes - 1];
	}
	free(sizes);
	return least;
}

uint32_t sums_fold(
	struct sums *sums, uint32_t minute, uint32_t uid, uint32_t remotes)
{
	const uint64_t least = find_least(sums, minute, uid, remotes);
	struct sums left = {0};
	uint32_t of_user = 0, stayed = 0;

	for (uint32_t i = 0; i < sums->count; i++) {
		const struct sum *const sum = &sums->rows[i];
		const bool is_users = is_of(sum, minute, uid);
		struct sum_key key = sum->key;
		const uint32_t before = left.count;

		if (is_users && key.remote > HISTORY_REMAINDER &&
			(sum_bytes(sum) < least || stayed >= remotes))
			key.remote = HISTORY_REMAINDER;
		else if (is_users && key.remote > HISTORY_REMAINDER)
			stayed++;
		if (sums_add(&left, &key, sum)) {
			sums_free(&left);
			return UINT32_MAX;
		}
		of_user += is_users && left.count > before;
	}
	sums_free(sums);
	*sums = left;
	return of_user;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
	const struct sum_key *const a = left, *const b = right;
	int result = compare_numbers((uint64_t)a->minute << 32 | a->uid,
		(uint64_t)b->minute << 32 | b->uid);

	if (!result)
		result = compare_numbers((uint64_t)a->remote << 32 | a->process,
			(uint64_t)b->remote << 32 | b->process);
	return result ? result
		      : compare_numbers(
				(uint64_t)a->protocol << 32 | a->interface,
				(uint64_t)b->protocol << 32 | b->interface);
}

void sums_sort(struct sums *sums)
{
	qsort(sums->rows, sums->count, sizeof(*sums->rows), compare);
}

void sums_clear(struct sums *sums)
{
	sums->count = 0;
	empty_slots(sums);
}

void sums_free(struct sums *sums)
{
	free(sums->rows);
	free(sums->slots);
	*sums = (struct sums){0};
}
