/* A hash table of things that are numbered 0, 1, 2, ... and whose keys lie in
 * an array of the caller's. The table itself holds hashes and numbers only;
 * where a hash fits, it asks the caller whether the key does.
 *
 * Strangers choose many keys (addresses, ports, names, cgroups). The hash
 * begins with a secret of this process, so nobody can choose keys that collide.
 * Open addressing, linear probing, at most half full. */
#ifndef TM_BASE_MAP_H
#define TM_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TM_MAP_NONE UINT32_MAX

struct tm_map_slot {
	uint32_t hash, number; /* TM_MAP_NONE = free */
};

/* All zero is an empty table. */
struct tm_map {
	struct tm_map_slot *slots;
	uint32_t mask;	/* slots - 1 */
	uint32_t shift; /* of a hash, to its first slot */
};

/* Drawn before main; the second is odd. */
extern uint64_t tm_map_secret[2];

/* The shift spreads sequential keys. */
static inline uint64_t tm_map_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * tm_map_secret[1];
	return hash ^ hash >> 32;
}

static inline uint32_t tm_map_hash(uint64_t key)
{
	return tm_map_mix(tm_map_secret[0], key) * tm_map_secret[1] >> 32;
}

/* The hash of a key of count words of 8 bytes: two at a time, for the long keys
 * of connections. */
static inline uint32_t tm_map_hash_words(const void *key, size_t count)
{
	const char *at = key, *const pairs_end = at + 16 * (count / 2);
	uint64_t hash = tm_map_secret[0], words[2];

	for (; at != pairs_end; at += sizeof(words)) {
		memcpy(words, at, sizeof(words));
		hash = tm_map_mix(tm_map_mix(hash, words[0]), words[1]);
	}
	if (count % 2) {
		memcpy(words, at, sizeof(*words));
		hash = tm_map_mix(hash, words[0]);
	}
	return hash * tm_map_secret[1] >> 32;
}

/* Whether the key equals the one with this number. */
typedef bool tm_map_is_fn(const void *keys, uint32_t number, const void *key);

/* The key's number, or TM_MAP_NONE. Inlined together with is(). */
static inline __attribute__((always_inline)) uint32_t tm_map_find(
		const struct tm_map *map, uint32_t hash, tm_map_is_fn *is,
		const void *keys, const void *key)
{
	const struct tm_map_slot *slot;

	if (!map->slots)
		return TM_MAP_NONE;
	for (uint32_t i = hash >> map->shift;; i = (i + 1) & map->mask) {
		slot = &map->slots[i];
		if (slot->number == TM_MAP_NONE ||
				(slot->hash == hash &&
						is(keys, slot->number, key)))
			return slot->number;
	}
}

/* Makes room for that number of entries. 0, or -1 with errno. */
int tm_map_reserve(struct tm_map *map, uint32_t entries);

/* Adds a key that is not in the map, which has room for it. */
void tm_map_put(struct tm_map *map, uint32_t hash, uint32_t number);

/* Removes a key that is in the map. */
void tm_map_remove(struct tm_map *map, uint32_t hash, uint32_t number);

/* Removes all keys and keeps the memory. */
void tm_map_clear(struct tm_map *map);

void tm_map_free(struct tm_map *map);

#endif
