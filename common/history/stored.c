#include <stdio.h>

#include "query.h"
#include "stored.h"

#define BY_NO_REMOTE (TM_HISTORY_BY_STORED & ~TM_HISTORY_BY_REMOTE)

const struct tm_history_cube_facts tm_history_cubes[TM_HISTORY_CUBES] = {
	{ "protocol", BY_NO_REMOTE & ~TM_HISTORY_BY_USER, true, true },
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
		const struct tm_history_cube_facts *cube)
{
	char remainder[16];

	snprintf(remainder, sizeof(remainder), "%d", TM_HISTORY_REMAINDER);
	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		const bool is_remote = id == TM_KEY_REMOTE;

		if (!(cube->keys & 1u << id))
			continue;
		if (!is_remote)
			group = add_column(group, column_of(cube, id));
		select = add_column(select,
				is_remote ? remainder : column_of(cube, id));
	}
}

unsigned tm_history_values(const struct tm_history_cube_facts *cube,
		const uint32_t all[TM_KEYS_STORED],
		uint32_t values[TM_KEYS_STORED])
{
	unsigned count = 0;

	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (cube->keys & 1u << id)
			values[count++] = all[id];
	}
	return count;
}
