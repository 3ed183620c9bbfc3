/* Keys in any combination, such as "user,remote": what a row is of. */
#ifndef TM_SUMS_KEYS_H
#define TM_SUMS_KEYS_H

#include "key.h"

#define TM_KEY_WORDS (2 * TM_KEYS) /* of the longest combination, and more */

struct tm_keys {
	const struct tm_key *list[TM_KEYS];
	unsigned offsets[TM_KEYS]; /* of their words */
	unsigned count, words;
	struct tm_key_sources sources;
};

/* Adds a key that is not among them. */
void tm_keys_add(struct tm_keys *keys, enum tm_key_id id);

/* The keys of a connection and its owner; TM_KEYS ends them. In lists, the word
 * "connection" stands for them. */
extern const enum tm_key_id tm_keys_connection[];

/* "user, process, ... or connection" for messages; the function's own, for this
 * thread. */
const char *tm_keys_words(enum tm_key_use use);

/* Adds those of a list with commas between. NULL, or a problem, which is the
 * function's own. */
const char *tm_keys_parse(
		struct tm_keys *keys, enum tm_key_use use, const char *list);

/* The place of a key among them, -1 where it is not. */
int tm_keys_place(const struct tm_keys *keys, enum tm_key_id id);
int tm_keys_place_of(const struct tm_keys *keys, const char *name);

/* Whether they are just the user. */
static inline bool tm_keys_are_user(const struct tm_keys *keys)
{
	return keys->count == 1 && keys->list[0] == &tm_key_table[TM_KEY_USER];
}

/* Whether the interface is among them, and nobody who owns what it carried. */
bool tm_keys_are_by_interface(const struct tm_keys *keys);

/* The place of the shortest time, -1 where none is. */
int tm_keys_time(const struct tm_keys *keys);

/* Whether some of their values depend on what follows in the stream. */
bool tm_keys_need_settling(const struct tm_keys *keys);

/* Turns them into what they are by all that the sources have learnt. */
void tm_keys_settle(const struct tm_keys *keys, uint64_t *words);

/* What an event has of them: TM_KEY_WORDS at most. */
static inline void tm_keys_extract(const struct tm_keys *keys,
		const struct tm_event *event, uint64_t *words)
{
	/* most reports are by user */
	if (tm_keys_are_user(keys)) {
		*words = event->uid;
		return;
	}
	for (unsigned i = 0; i < keys->count; i++)
		keys->list[i]->extract(&keys->sources, event,
				words + keys->offsets[i]);
}

#endif
