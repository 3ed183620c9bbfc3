#include <stdlib.h>
#include <string.h>

#include "wide.h"

static bool is_wide_key(const void *keys, uint32_t number, const void *key)
{
	return !memcmp((const struct tm_wide_key *)keys + number, key,
			sizeof(struct tm_wide_key));
}

static int wide_grow(struct tm_wide *wide)
{
	const uint32_t room = wide->room ? 2 * wide->room : 128;
	struct tm_wide_key *const keys =
			reallocarray(wide->keys, room, sizeof(*keys));

	if (!keys)
		return -1;
	wide->keys = keys;
	if (tm_map_reserve(&wide->map, room))
		return -1;
	wide->room = room;
	return 0;
}

uint32_t tm_wide_known(const struct tm_wide *wide, const void *key)
{
	return tm_map_find(&wide->map, tm_map_hash_words(key, 2), is_wide_key,
			wide->keys, key);
}

uint32_t tm_wide_add(struct tm_wide *wide, const void *key)
{
	const uint32_t known = tm_wide_known(wide, key);

	if (known != TM_WIDE_NONE)
		return known;
	if (wide->count == wide->room && wide_grow(wide))
		return TM_WIDE_NONE;
	memcpy(&wide->keys[wide->count], key, sizeof(*wide->keys));
	tm_map_put(&wide->map, tm_map_hash_words(key, 2), wide->count);
	return wide->count++;
}

void tm_wide_free(struct tm_wide *wide)
{
	free(wide->keys);
	tm_map_free(&wide->map);
	*wide = (struct tm_wide){ 0 };
}
