#include "levels.h"

#define KEYS_MOST 8

/* TM_KEYS ends the keys. */
static const struct {
	const char *name, *names;
	enum tm_key_id keys[KEYS_MOST];
} levels[LEVELS + 1] = {
	[USERS] = { "user", "users", { TM_KEY_USER, TM_KEYS } },
	[PROCESSES] = { "process", "processes",
			{ TM_KEY_USER, TM_KEY_PROCESS, TM_KEY_PID, TM_KEYS } },
	[REMOTES] = { "remote", "remotes", { TM_KEY_REMOTE, TM_KEYS } },
	[SERVICES] = { "service", "services",
			{ TM_KEY_PORT, TM_KEY_PROTOCOL, TM_KEYS } },
	[CONNECTIONS] = { "connection", "connections",
			{ TM_KEY_USER, TM_KEY_PROCESS, TM_KEY_PID,
					TM_KEY_PROTOCOL, TM_KEY_LOCAL_PORT,
					TM_KEY_REMOTE, TM_KEY_REMOTE_PORT,
					TM_KEYS } },
	[OTHER_KEYS] = { "row", "rows", { TM_KEYS } },
};

bool level_set(struct list_place *place, enum level level, bool is_merged)
{
	const enum tm_key_id *id = levels[level].keys;

	place->keys.count = place->keys.words = 0;
	for (; *id != TM_KEYS; id++) {
		if (*id == TM_KEY_PID && is_merged && level == PROCESSES)
			continue;
		if (tm_keys_place(&place->scope, *id) < 0)
			tm_keys_add(&place->keys, *id);
	}
	return place->keys.count;
}

enum level level_of(const struct tm_keys *keys)
{
	struct list_place place = { .keys.count = 0 };

	for (enum level level = USERS; level < LEVELS; level++) {
		level_set(&place, level, false);
		if (place.keys.count == keys->count &&
				!memcmp(place.keys.list, keys->list,
						keys->count * sizeof(*keys->list)))
			return level;
	}
	return OTHER_KEYS;
}

enum level level_below(const struct list_place *place, bool is_merged)
{
	static const enum level ladder[] = { USERS, PROCESSES, REMOTES,
		CONNECTIONS };
	struct list_place tried = *place;

	for (size_t i = 0; i < sizeof(ladder) / sizeof(*ladder); i++) {
		if (level_set(&tried, ladder[i], is_merged))
			return ladder[i];
	}
	return LEVELS;
}

void level_enter(struct list_place *place, const uint64_t *row_key)
{
	const struct tm_keys *const keys = &place->keys;
	const bool is_lost = list_is_lost(place, row_key) ||
			place->words[place->scope.words];

	memcpy(place->words + place->scope.words, row_key,
			keys->words * sizeof(*row_key));
	for (unsigned i = 0; i < keys->count; i++)
		tm_keys_add(&place->scope, keys->list[i] - tm_key_table);
	place->words[place->scope.words] = is_lost;
}

const char *level_name(enum level level, bool is_one)
{
	return is_one ? levels[level].name : levels[level].names;
}
