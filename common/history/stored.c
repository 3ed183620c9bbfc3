#include <stdio.h>

#include "query.h"
#include "stored.h"

#define BY_NO_REMOTE (TM_HISTORY_BY_STORED & ~TM_HISTORY_BY_REMOTE)

const struct tm_history_cube_facts tm_history_cubes[TM_HISTORY_CUBES] = {
	{ "protocol",
			TM_HISTORY_BY_PROCESS | TM_HISTORY_BY_PROTOCOL |
					TM_HISTORY_BY_INTERFACE,
			true, true },
	{ "user", TM_HISTORY_BY_USER, true, true },
	{ "process", BY_NO_REMOTE, true, true },
	{ "remote", TM_HISTORY_BY_REMOTE, false, false },
	{ "traffic", TM_HISTORY_BY_STORED, true, true },
	{ "host", TM_HISTORY_BY_PROCESS | TM_HISTORY_BY_INTERFACE, false,
			true },
};

const struct tm_history_dictionary *tm_history_dictionary_of(enum tm_key_id id)
{
	static const struct tm_history_dictionary dictionaries[TM_KEYS_STORED] = {
		[TM_KEY_USER] = { "user", "uid", "name", NULL },
		[TM_KEY_PROCESS] = { "process", "id", "name", NULL },
		[TM_KEY_REMOTE] = { "remote", "id", "address", NULL },
		[TM_KEY_INTERFACE] = { "interface", "id", "name",
				"CASE WHEN name = '' AND id > 1 THEN ifindex "
				"ELSE name END" },
		[TM_KEY_WORKLOAD] = { "workload", "id", "name", NULL },
		[TM_KEY_LOGIN] = { "user", "uid", "name", NULL },
		[TM_KEY_COMMAND] = { "command", "id", "path", NULL },
	};

	return id < TM_KEYS_STORED && dictionaries[id].table ? &dictionaries[id]
							     : NULL;
}

bool tm_history_key_has_text(enum tm_key_id id)
{
	return tm_history_dictionary_of(id);
}

/* The host's sums are of something else in the place of processes. */
static const char *column_of(
		const struct tm_history_cube_facts *cube, enum tm_key_id id)
{
	return id == TM_KEY_PROCESS && cube == &tm_history_cubes[TM_HISTORY_CUBE_HOST]
			? "what"
			: tm_key_column(id);
}

static char *add_column(char *end, const char *column)
{
	return stpcpy(stpcpy(end, column), ", ");
}

void tm_history_columns(char out[TM_HISTORY_COLUMNS_SIZE],
		const struct tm_history_cube_facts *cube)
{
	char *end = out;

	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (cube->keys & 1u << id)
			end = add_column(end, column_of(cube, id));
	}
}

void tm_history_columns_folded(char group[TM_HISTORY_COLUMNS_SIZE],
		char select[TM_HISTORY_COLUMNS_SIZE],
		const struct tm_history_cube_facts *cube, enum tm_key_id folded)
{
	char remainder[16];

	snprintf(remainder, sizeof(remainder), "%d", TM_HISTORY_REMAINDER);
	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (!(cube->keys & 1u << id))
			continue;
		if (id != folded)
			group = add_column(group, column_of(cube, id));
		select = add_column(select,
				id == folded ? remainder : column_of(cube, id));
	}
}

const char *tm_history_column_in(
		const struct tm_history *history, enum tm_key_id id)
{
	if (tm_history_has_column(history, id))
		return tm_key_column(id);
	return id == TM_KEY_LOGIN ? "-1" : "0";
}

unsigned tm_history_values(const struct tm_history_cube_facts *cube,
		const uint32_t all[TM_KEYS_STORED],
		int64_t values[TM_KEYS_STORED])
{
	unsigned count = 0;

	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (cube->keys & 1u << id)
			values[count++] = tm_history_stored_value(id, all[id]);
	}
	return count;
}
