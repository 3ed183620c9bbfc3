#include <stdlib.h>
#include <string.h>

#include "wide.h"

static bool is_key(const void *keys, uint32_t number, const void *key)
{
	return !memcmp((const struct wide_key *)keys + number, key,
			sizeof(struct wide_key));
}

static int grow(struct wide *wide)
{
	const uint32_t room = wide->room ? 2 * wide->room : 128;
	struct wide_key *const keys =
			reallocarray(wide->keys, room, sizeof(*keys));

	if (!keys)
		return -1;
	wide->keys = keys;
	if (tm_map_reserve(&wide->map, room))
		return -1;
	wide->room = room;
	return 0;
}

uint32_t wide_known(const struct wide *wide, const void *key)
{
	return tm_map_find(&wide->map, tm_map_hash_words(key, 2), is_key,
			wide->keys, key);
}

uint32_t wide_add(struct wide *wide, const void *key)
{
	const uint32_t known = wide_known(wide, key);

	if (known != WIDE_NONE)
		return known;
	if (wide->count == wide->room && grow(wide))
		return WIDE_NONE;
	memcpy(&wide->keys[wide->count], key, sizeof(*wide->keys));
	tm_map_put(&wide->map, tm_map_hash_words(key, 2), wide->count);
	return wide->count++;
}

void wide_free(struct wide *wide)
{
	free(wide->keys);
	tm_map_free(&wide->map);
	*wide = (struct wide){ 0 };
}
