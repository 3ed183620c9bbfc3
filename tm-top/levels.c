#include <inttypes.h>
#include <stdio.h>

#include "levels.h"

static const enum tm_key_id users[] = { TM_KEY_USER, TM_KEYS };
static const enum tm_key_id processes[] = { TM_KEY_USER, TM_KEY_PROCESS,
	TM_KEY_PID, TM_KEYS };
static const enum tm_key_id remotes[] = { TM_KEY_REMOTE, TM_KEYS };
static const enum tm_key_id services[] = { TM_KEY_SERVICE, TM_KEYS };
static const enum tm_key_id jobs[] = { TM_KEY_JOB, TM_KEYS };
static const enum tm_key_id workloads[] = { TM_KEY_WORKLOAD, TM_KEYS };
static const enum tm_key_id logins[] = { TM_KEY_LOGIN, TM_KEYS };
static const enum tm_key_id commands[] = { TM_KEY_COMMAND, TM_KEYS };

static const struct {
	const char *name, *names;
	const enum tm_key_id *keys; /* TM_KEYS ends them */
} levels[LEVELS] = {
	[USERS] = { "user", "users", users },
	[PROCESSES] = { "process", "processes", processes },
	[REMOTES] = { "remote", "remotes", remotes },
	[SERVICES] = { "service", "services", services },
	[CONNECTIONS] = { "connection", "connections", tm_keys_connection },
	[JOBS] = { "job", "jobs", jobs },
	[WORKLOADS] = { "unit or container", "units and containers",
			workloads },
	[LOGINS] = { "login", "logins", logins },
	[COMMANDS] = { "command", "commands", commands },
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

/* What the rows of a level are, by the only key of one that is not listed here.
 */
void level_format(char out[LEVEL_SIZE], enum level level,
		const struct tm_keys *keys, uint32_t count)
{
	const char *name = count == 1 ? "row" : "rows";
	const char *plural = "";

	if (level < LEVELS) {
		name = count == 1 ? levels[level].name : levels[level].names;
	} else if (keys->count == 1) {
		name = keys->list[0]->name;
		plural = count == 1 ? "" : "s";
	}
	snprintf(out, LEVEL_SIZE, "%" PRIu32 " %s%s", count, name, plural);
	for (char *c = out; *c; c++) {
		if (*c == '_')
			*c = ' ';
	}
}
