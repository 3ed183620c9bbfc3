#include <stdlib.h>
#include <string.h>

#include "wide.h"

static uint32_t *find(const struct wide *wide, struct wide_key key)
{
	const size_t mask = ((size_t)1 << wide->bits) - 1;
	uint64_t hash = key.high * UINT64_C(0x9e3779b97f4a7c15);
	size_t i;

	hash = (hash ^ hash >> 32 ^ key.low) * UINT64_C(0x9e3779b97f4a7c15);
	i = hash >> (64 - wide->bits);
	while (wide->slots[i] != WIDE_NONE) {
		const struct wide_key *const at = &wide->keys[wide->slots[i]];

		if (at->high == key.high && at->low == key.low)
			break;
		i = (i + 1) & mask;
	}
	return &wide->slots[i];
}

static int grow(struct wide *wide)
{
	const unsigned bits = wide->bits ? wide->bits + 1 : 8;
	const size_t size = (size_t)1 << bits;
	struct wide_key *keys;
	uint32_t *slots;

	keys = realloc(wide->keys, size / 2 * sizeof(*keys));
	if (!keys)
		return -1;
	wide->keys = keys;
	slots = malloc(size * sizeof(*slots));
	if (!slots)
		return -1;
	memset(slots, 0xff, size * sizeof(*slots));
	free(wide->slots);
	wide->slots = slots;
	wide->bits = bits;
	for (uint32_t i = 0; i < wide->count; i++)
		*find(wide, keys[i]) = i;
	return 0;
}

uint32_t wide_known(const struct wide *wide, const void *bytes)
{
	struct wide_key key;

	memcpy(&key, bytes, sizeof(key));
	return wide->slots ? *find(wide, key) : WIDE_NONE;
}

uint32_t wide_add(struct wide *wide, const void *bytes)
{
	const uint32_t known = wide_known(wide, bytes);
	struct wide_key key;

	if (known != WIDE_NONE)
		return known;
	if ((!wide->slots || wide->count >= (size_t)1 << (wide->bits - 1)) &&
			grow(wide))
		return WIDE_NONE;
	memcpy(&key, bytes, sizeof(key));
	wide->keys[wide->count] = key;
	*find(wide, key) = wide->count;
	return wide->count++;
}

void wide_free(struct wide *wide)
{
	free(wide->keys);
	free(wide->slots);
	*wide = (struct wide){ 0 };
}
