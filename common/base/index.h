/* Numbers the distinct keys that it is shown: 0, 1, 2, ... in the order of
 * their first appearance, so that what belongs to them fits plain arrays. */
#ifndef TM_BASE_INDEX_H
#define TM_BASE_INDEX_H

#include "map.h"

#define TM_INDEX_NONE TM_MAP_NONE

/* All zero is an empty index. */
struct tm_index {
	struct tm_map map;
	uint64_t *keys; /* indexed by number */
	uint32_t count;
};

static inline bool tm_index_is(
		const void *keys, uint32_t number, const void *key)
{
	return ((const uint64_t *)keys)[number] == *(const uint64_t *)key;
}

/* Returns the key's number, or TM_INDEX_NONE. */
static inline uint32_t tm_index_find(const struct tm_index *index, uint64_t key)
{
	return tm_map_find(&index->map, tm_map_hash(key), tm_index_is,
			index->keys, &key);
}

/* The key's number, a new one (index->count before) for a new key; or
 * TM_INDEX_NONE when there is no memory. */
uint32_t tm_index_add(struct tm_index *index, uint64_t key);

void tm_index_free(struct tm_index *index);

#endif
