#include <stdio.h>
#include <string.h>

#include "common/record/words.h"
#include "keys.h"

#define CONNECTION "connection"
#define WORDS_SIZE 1024

void tm_keys_add(struct tm_keys *keys, enum tm_key_id id)
{
	keys->list[keys->count] = &tm_key_table[id];
	keys->offsets[keys->count++] = keys->words;
	keys->words += tm_key_table[id].words;
}

int tm_keys_place(const struct tm_keys *keys, enum tm_key_id id)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->list[i] == &tm_key_table[id])
			return i;
	}
	return -1;
}

int tm_keys_place_of(const struct tm_keys *keys, const char *name)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (tm_word_means(keys->list[i]->name, name, strlen(name)))
			return i;
	}
	return -1;
}

const enum tm_key_id tm_keys_connection[] = { TM_KEY_USER, TM_KEY_PROCESS,
	TM_KEY_PID, TM_KEY_PROTOCOL, TM_KEY_LOCAL_PORT, TM_KEY_REMOTE,
	TM_KEY_REMOTE_PORT, TM_KEYS };

static bool use_has_connection(enum tm_key_use use)
{
	const enum tm_key_id *id = tm_keys_connection;

	while (*id != TM_KEYS && tm_key_table[*id].uses & use)
		id++;
	return *id == TM_KEYS;
}

const char *tm_keys_words(enum tm_key_use use)
{
	static _Thread_local char words[WORDS_SIZE];

	snprintf(words, sizeof(words), "%s%s", tm_key_names(use),
			use_has_connection(use) ? " or " CONNECTION : "");
	return words;
}

static void keys_add_connection(struct tm_keys *keys)
{
	for (const enum tm_key_id *id = tm_keys_connection; *id != TM_KEYS;
			id++) {
		if (tm_keys_place(keys, *id) < 0)
			tm_keys_add(keys, *id);
	}
}

static const char *keys_add_named(struct tm_keys *keys, enum tm_key_use use,
		const char *name, size_t size)
{
	static char problem[WORDS_SIZE + 128];
	const struct tm_key *const key = tm_key_find(use, name, size);

	if (!size)
		return "names no key";
	if (!key) {
		snprintf(problem, sizeof(problem),
				"no such key: %.*s; they are %s",
				size < 64 ? (int)size : 64, name,
				tm_keys_words(use));
		return problem;
	}
	if (tm_keys_place(keys, key - tm_key_table) >= 0) {
		snprintf(problem, sizeof(problem), "%s is there twice",
				key->name);
		return problem;
	}
	tm_keys_add(keys, key - tm_key_table);
	return NULL;
}

const char *tm_keys_parse(
		struct tm_keys *keys, enum tm_key_use use, const char *list)
{
	const char *problem = NULL;
	size_t size;

	for (;; list += size + 1) {
		size = strcspn(list, ",");
		if (size == strlen(CONNECTION) &&
				!memcmp(list, CONNECTION, size) &&
				use_has_connection(use))
			keys_add_connection(keys);
		else
			problem = keys_add_named(keys, use, list, size);
		if (problem || !list[size])
			return problem;
	}
}

bool tm_keys_are_by_interface(const struct tm_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->list[i]->is_owner)
			return false;
	}
	return tm_keys_place(keys, TM_KEY_INTERFACE) >= 0;
}

int tm_keys_time(const struct tm_keys *keys)
{
	uint64_t shortest = UINT64_MAX, length;
	int found = -1;

	for (unsigned i = 0; i < keys->count; i++) {
		length = keys->list[i] == &tm_key_table[TM_KEY_BIN]
				? keys->sources.bin_ns
				: keys->list[i]->length_ns;
		if (length && length < shortest) {
			shortest = length;
			found = i;
		}
	}
	return found;
}

bool tm_keys_need_settling(const struct tm_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->list[i]->settle)
			return true;
	}
	return false;
}

void tm_keys_settle(const struct tm_keys *keys, uint64_t *words)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->list[i]->settle)
			keys->list[i]->settle(&keys->sources,
					words + keys->offsets[i]);
	}
}
