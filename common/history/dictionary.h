/* The numbers of processes, remotes, interfaces, workloads and commands in the
 * database, and the names that a stream records. */
#ifndef TM_HISTORY_DICTIONARY_H
#define TM_HISTORY_DICTIONARY_H

#include <stdbool.h>

#include "common/sums/key.h"

struct tm_history;
struct tm_dictionary;

/* NULL with a problem. */
struct tm_dictionary *tm_dictionary_new(struct tm_history *history);

/* Before the database is closed, and once another one is open in its place. 0,
 * or -1 with a problem. */
void tm_dictionary_forget(struct tm_dictionary *dictionary);
int tm_dictionary_move(struct tm_dictionary *dictionary);

/* What the event has of the keys that are stored: numbers, and those that texts
 * have here. TM_HISTORY_UNKNOWN is that it has none, and without memory it is
 * the remainder's. They are this process's, until _settle, but an interface's
 * is its id in the database. */
void tm_dictionary_values(struct tm_dictionary *dictionary,
		const struct tm_event *event, uint32_t values[TM_KEYS_STORED]);
uint32_t tm_dictionary_interface(
		struct tm_dictionary *dictionary, const struct tm_event *event);

/* Those that the stream records. */
struct tm_names *tm_dictionary_names(const struct tm_dictionary *dictionary);

/* Whether there are so many numbers that they should be written and settled. */
bool tm_dictionary_is_full(const struct tm_dictionary *dictionary);

/* Whether something was counted as the remainder for want of memory. */
bool tm_dictionary_has_failed(const struct tm_dictionary *dictionary);

/* Puts the database's ids in the place of this process's numbers, within a
 * transaction: those are then written too. 0, or -1 with a problem. */
int tm_dictionary_find_ids(struct tm_dictionary *dictionary,
		uint32_t values[TM_KEYS_STORED]);

/* Remembers a NAME record, or the host of a START. 0, or -1 with errno. */
int tm_dictionary_note(
		struct tm_dictionary *dictionary, const struct tm_event *event);

/* Writes what is new, within a transaction and after the sums. Call _settle
 * once that is committed and no number is in use any more; else it is written
 * again with the next one. */
int tm_dictionary_write(struct tm_dictionary *dictionary);
void tm_dictionary_settle(struct tm_dictionary *dictionary);

void tm_dictionary_free(struct tm_dictionary *dictionary);

#endif
