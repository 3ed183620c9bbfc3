/* Shows what common/base/map does, for map.bats.
 *
 * map-check probes    for keys of several kinds, how many slots the mean
 *                     look-up of a key visits: as numbers, as words, and of
 *                     the first hundred numbers
 * map-check hash      the hash of 1
 * map-check removal   the table against a plain array, by chance */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/map.h"

#define KEYS 200000
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)
#define INVERSE UINT64_C(0xf1de83e19937733d) /* of GOLDEN, modulo 2^64 */

static uint64_t keys[KEYS];

static bool is_key(const void *all, uint32_t number, const void *key)
{
	return ((const uint64_t *)all)[number] == *(const uint64_t *)key;
}

static double mean_probes(uint32_t count, uint32_t hash(uint64_t key))
{
	struct tm_map map = { 0 };
	uint64_t probes = 0;

	if (tm_map_reserve(&map, count))
		err(1, NULL);
	for (uint32_t i = 0; i < count; i++)
		tm_map_put(&map, hash(keys[i]), i);
	for (uint32_t i = 0; i <= map.mask; i++) {
		if (map.slots[i].number != TM_MAP_NONE)
			probes += 1 +
					((i - (map.slots[i].hash >> map.shift)) &
							map.mask);
	}
	tm_map_free(&map);
	return (double)probes / count;
}

static uint32_t hash_of_words(uint64_t key)
{
	const uint64_t words[3] = { 0, key, 0 };

	return tm_map_hash_words(words, 3);
}

static void show_probes(const char *what)
{
	printf("%s %.1f %.1f %.1f\n", what, mean_probes(KEYS, tm_map_hash),
			mean_probes(KEYS, hash_of_words),
			mean_probes(100, tm_map_hash));
}

static void probes(void)
{
	for (uint64_t i = 0; i < KEYS; i++)
		keys[i] = i;
	show_probes("rising");
	for (uint64_t i = 0; i < KEYS; i++)
		keys[i] = i << 40;
	show_probes("high");
	/* all in one place of a table that multiplies by GOLDEN */
	for (uint64_t i = 0; i < KEYS; i++)
		keys[i] = i * INVERSE;
	show_probes("chosen");
	for (uint64_t i = 0; i < KEYS; i++)
		keys[i] = (i + 1) * GOLDEN;
	show_probes("multiples");
}

/* Half of the keys are taken out again, and some come back. */
static void removal(void)
{
	static bool is_in[KEYS];
	struct tm_map map = { 0 };

	if (tm_map_reserve(&map, KEYS))
		err(1, NULL);
	for (uint32_t i = 0; i < KEYS; i++)
		keys[i] = (uint64_t)(i % 1000) << 50 | i;
	srandom(1);
	for (uint32_t step = 0; step < 5 * KEYS; step++) {
		const uint32_t i = random() % KEYS;
		const uint32_t hash = tm_map_hash(keys[i]);

		if (is_in[i])
			tm_map_remove(&map, hash, i);
		else
			tm_map_put(&map, hash, i);
		is_in[i] = !is_in[i];
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		const uint32_t found = tm_map_find(&map, tm_map_hash(keys[i]),
				is_key, keys, &keys[i]);

		if (found != (is_in[i] ? i : TM_MAP_NONE))
			errx(1, "key %u: found %u", i, found);
	}
	puts("as a plain array");
	tm_map_free(&map);
}

int main(int argc, char **argv)
{
	const char *const what = argc == 2 ? argv[1] : "";

	if (!strcmp(what, "probes"))
		probes();
	else if (!strcmp(what, "hash"))
		printf("%08x\n", tm_map_hash(1));
	else if (!strcmp(what, "removal"))
		removal();
	else
		errx(2, "probes, hash or removal");
	return 0;
}
