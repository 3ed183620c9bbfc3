/* Numbers the distinct keys that it is shown: 0, 1, 2, ... in the order of
 * their first appearance, so that what belongs to them fits plain arrays. Open
 * addressing with Fibonacci hashing, at most half full. */
#ifndef TM_BASE_INDEX_H
#define TM_BASE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define TM_INDEX_NONE UINT32_MAX

struct tm_index_slot {
	uint64_t key;
	uint32_t number; /* TM_INDEX_NONE = free */
};

/* All zero is an empty index. */
struct tm_index {
	struct tm_index_slot *slots;
	unsigned bits;
	uint32_t count;
};

/* The slot where the key is or would be. */
static inline struct tm_index_slot *tm_index_slot(
		const struct tm_index *index, uint64_t key)
{
	const size_t mask = ((size_t)1 << index->bits) - 1;
	size_t i = (key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - index->bits);

	while (index->slots[i].number != TM_INDEX_NONE &&
			index->slots[i].key != key)
		i = (i + 1) & mask;
	return &index->slots[i];
}

/* The key's number, or TM_INDEX_NONE. */
static inline uint32_t tm_index_find(const struct tm_index *index, uint64_t key)
{
	return index->slots ? tm_index_slot(index, key)->number : TM_INDEX_NONE;
}

/* The key's number, a new one (index->count before) for a new key; or
 * TM_INDEX_NONE when there is no memory. */
uint32_t tm_index_add(struct tm_index *index, uint64_t key);

void tm_index_free(struct tm_index *index);

#endif
