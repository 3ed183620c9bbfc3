/* The numbers that processes, remotes and interfaces have in the database, and
 * the names that a stream brings. */
#ifndef TM_STORE_DICTIONARY_H
#define TM_STORE_DICTIONARY_H

#include "common/history/schema.h"
#include "common/record/event.h"

struct dictionary;

/* NULL with a problem. */
struct dictionary *dictionary_new(struct tm_history *history);

/* Before the database is closed, and once another one is open in its place. 0,
 * or -1 with a problem. */
void dictionary_forget(struct dictionary *dictionary);
int dictionary_move(struct dictionary *dictionary);

/* The number of what the event has, TM_HISTORY_UNKNOWN where it has none; the
 * remainder's when the database does not answer. */
uint32_t dictionary_process(
		struct dictionary *dictionary, const struct tm_event *event);
uint32_t dictionary_remote(
		struct dictionary *dictionary, const struct tm_event *event);
uint32_t dictionary_interface(
		struct dictionary *dictionary, const struct tm_event *event);

/* Takes a NAME record. 0, or -1 and errno. */
int dictionary_note(
		struct dictionary *dictionary, const struct tm_event *event);

/* Writes what is new, within a transaction; call _settle once that is
 * committed, else it is written again with the next one. */
int dictionary_write(struct dictionary *dictionary);
void dictionary_settle(struct dictionary *dictionary);

void dictionary_free(struct dictionary *dictionary);

#endif
