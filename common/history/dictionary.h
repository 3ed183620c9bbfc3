/* The numbers that processes, remotes and interfaces have in the database, and
 * the names that a stream brings. */
#ifndef TM_HISTORY_DICTIONARY_H
#define TM_HISTORY_DICTIONARY_H

#include "common/record/event.h"

struct tm_history;
struct tm_dictionary;

/* NULL with a problem. */
struct tm_dictionary *tm_dictionary_new(struct tm_history *history);

/* Before the database is closed, and once another one is open in its place. 0,
 * or -1 with a problem. */
void tm_dictionary_forget(struct tm_dictionary *dictionary);
int tm_dictionary_move(struct tm_dictionary *dictionary);

/* The number of what the event has, TM_HISTORY_UNKNOWN where it has none; the
 * remainder's when the database does not answer. */
uint32_t tm_dictionary_process(
		struct tm_dictionary *dictionary, const struct tm_event *event);
uint32_t tm_dictionary_remote(
		struct tm_dictionary *dictionary, const struct tm_event *event);
uint32_t tm_dictionary_interface(
		struct tm_dictionary *dictionary, const struct tm_event *event);

/* Takes a NAME record. 0, or -1 and errno. */
int tm_dictionary_note(
		struct tm_dictionary *dictionary, const struct tm_event *event);

/* Writes what is new, within a transaction; call _settle once that is
 * committed, else it is written again with the next one. */
int tm_dictionary_write(struct tm_dictionary *dictionary);
void tm_dictionary_settle(struct tm_dictionary *dictionary);

void tm_dictionary_free(struct tm_dictionary *dictionary);

#endif
