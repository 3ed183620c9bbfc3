#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "map.h"

#define FIRST_BITS 6
#define MOST_BITS 31

uint64_t tm_map_secret[2];

/* Runs before main, because a seccomp filter may be installed later. Early in a
 * boot there may be no random numbers yet, but the kernel gave this process
 * some. */
__attribute__((constructor)) static void draw_secret(void)
{
	if (getrandom(tm_map_secret, sizeof(tm_map_secret), GRND_NONBLOCK) !=
			sizeof(tm_map_secret))
		memcpy(tm_map_secret, (const void *)getauxval(AT_RANDOM),
				sizeof(tm_map_secret));
	tm_map_secret[1] |= 1;
}

static size_t size_of(const struct tm_map *map)
{
	return map->slots ? (size_t)map->mask + 1 : 0;
}

static int map_make(struct tm_map *map, unsigned bits)
{
	const size_t size = (size_t)1 << bits;

	map->slots = malloc(size * sizeof(*map->slots));
	if (!map->slots)
		return -1;
	memset(map->slots, 0xff, size * sizeof(*map->slots));
	map->mask = size - 1;
	map->shift = 32 - bits;
	return 0;
}

void tm_map_put(struct tm_map *map, uint32_t hash, uint32_t number)
{
	uint32_t i = hash >> map->shift;

	while (map->slots[i].number != TM_MAP_NONE)
		i = (i + 1) & map->mask;
	map->slots[i] = (struct tm_map_slot){ hash, number };
}

int tm_map_reserve(struct tm_map *map, uint32_t entries)
{
	const size_t size = size_of(map);
	struct tm_map larger = { 0 };
	unsigned bits = map->slots ? 32 - map->shift : FIRST_BITS;

	if (entries <= size / 2)
		return 0;
	while (bits < MOST_BITS && entries > (size_t)1 << (bits - 1))
		bits++;
	if (map_make(&larger, bits))
		return -1;
	for (size_t i = 0; i < size; i++) {
		const struct tm_map_slot slot = map->slots[i];

		if (slot.number != TM_MAP_NONE)
			tm_map_put(&larger, slot.hash, slot.number);
	}
	free(map->slots);
	*map = larger;
	return 0;
}

/* Entries after the gap move up, so that no look-up ends there (Knuth,
 * 6.4, algorithm R). */
static void close_gap(struct tm_map *map, uint32_t gap)
{
	struct tm_map_slot *const slots = map->slots;
	uint32_t i = gap, home;

	for (;;) {
		i = (i + 1) & map->mask;
		if (slots[i].number == TM_MAP_NONE)
			break;
		home = slots[i].hash >> map->shift;
		if (((i - home) & map->mask) < ((i - gap) & map->mask))
			continue;
		slots[gap] = slots[i];
		gap = i;
	}
	slots[gap].number = TM_MAP_NONE;
}

void tm_map_remove(struct tm_map *map, uint32_t hash, uint32_t number)
{
	uint32_t i = hash >> map->shift;

	while (map->slots[i].number != number)
		i = (i + 1) & map->mask;
	close_gap(map, i);
}

void tm_map_clear(struct tm_map *map)
{
	if (map->slots)
		memset(map->slots, 0xff, size_of(map) * sizeof(*map->slots));
}

void tm_map_free(struct tm_map *map)
{
	free(map->slots);
	*map = (struct tm_map){ 0 };
}
