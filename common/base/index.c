#include <stdlib.h>

#include "index.h"

/* The number of slots is a power of two. */
static int index_make_room(struct tm_index *index)
{
	const uint32_t count = index->count;
	uint64_t *keys;

	if (tm_map_reserve(&index->map, count + 1))
		return -1;
	if (count & (count - 1))
		return 0;
	keys = reallocarray(index->keys, count ? 2 * (size_t)count : 1,
			sizeof(*keys));
	if (!keys)
		return -1;
	index->keys = keys;
	return 0;
}

uint32_t tm_index_add(struct tm_index *index, uint64_t key)
{
	const uint32_t number = tm_index_find(index, key);

	if (number != TM_INDEX_NONE)
		return number;
	if (index_make_room(index))
		return TM_INDEX_NONE;
	index->keys[index->count] = key;
	tm_map_put(&index->map, tm_map_hash(key), index->count);
	return index->count++;
}

void tm_index_free(struct tm_index *index)
{
	tm_map_free(&index->map);
	free(index->keys);
	*index = (struct tm_index){ 0 };
}
