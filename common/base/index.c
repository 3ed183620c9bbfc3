#include <stdlib.h>
#include <string.h>

#include "index.h"

#define FIRST_BITS 6

static int grow(struct tm_index *index)
{
	const struct tm_index old = *index;
	const size_t old_size = old.slots ? (size_t)1 << old.bits : 0;
	size_t size;

	index->bits = old.slots ? old.bits + 1 : FIRST_BITS;
	size = (size_t)1 << index->bits;
	index->slots = malloc(size * sizeof(*index->slots));
	if (!index->slots) {
		*index = old;
		return -1;
	}
	for (size_t i = 0; i < size; i++)
		index->slots[i].number = TM_INDEX_NONE;
	for (size_t i = 0; i < old_size; i++) {
		if (old.slots[i].number != TM_INDEX_NONE)
			*tm_index_slot(index, old.slots[i].key) = old.slots[i];
	}
	free(old.slots);
	return 0;
}

uint32_t tm_index_add(struct tm_index *index, uint64_t key)
{
	struct tm_index_slot *slot;
	uint32_t number = tm_index_find(index, key);

	if (number != TM_INDEX_NONE)
		return number;
	if ((!index->slots || index->count >> (index->bits - 1)) && grow(index))
		return TM_INDEX_NONE;
	slot = tm_index_slot(index, key);
	slot->key = key;
	slot->number = index->count;
	return index->count++;
}

void tm_index_free(struct tm_index *index)
{
	free(index->slots);
	memset(index, 0, sizeof(*index));
}
