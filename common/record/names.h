/* Names of users, interfaces and cgroups: those that a recording brings in its
 * NAME records first, then, for users, this machine's.
 *
 * This machine is asked in a thread of its own, which starts with the first
 * question: a look-up waits for its answer, but all of them together for no
 * more than 100 ms and a tenth of the time after that, and never for a name
 * service that has just let one of them wait in vain. What came too late is
 * there for a later look-up. */
#ifndef TM_RECORD_NAMES_H
#define TM_RECORD_NAMES_H

#include <stdbool.h>

#include "event.h"

#define TM_NAME_PARTS 40 /* records of the longest text: 4,160 bytes */

struct tm_names;

/* NULL when there is no memory. */
struct tm_names *tm_names_new(void);

/* Remembers a NAME record; other kinds are passed over. A later text of the
 * same id replaces the earlier one. Parts out of their order are passed over,
 * and so is what is beyond a million ids of a sort or 64 MiB of text: their
 * ids have no recorded name. 0, or -1 and errno. */
int tm_names_note(struct tm_names *names, const struct tm_event *event);

/* The text that NAME records gave this id, or NULL. */
const char *tm_names_recorded(
		struct tm_names *names, enum tm_name_of of, uint64_t id);

/* The id that this one's text was recorded for first: ids change with a cgroup
 * that is made anew, its path does not. The id itself where it has no text. */
uint64_t tm_names_first(
		struct tm_names *names, enum tm_name_of of, uint64_t id);

/* The next id that was recorded and its text, false behind the last; *step is
 * 0 before the first. */
bool tm_names_next(const struct tm_names *names, enum tm_name_of of,
		size_t *step, uint64_t *id, const char **text);

/* The user's name: recorded, else this machine's (asked once, misses are
 * remembered); "none" for TM_NOBODY; NULL where there is none or the answer is
 * not there yet. The text stays until the next tm_names_note. It is as hostile
 * as the name service: escape it. */
const char *tm_names_user(struct tm_names *names, uint32_t uid);

/* Has this machine asked for a name that will be wanted later. Never waits. */
void tm_names_expect(struct tm_names *names, uint32_t uid);

/* For when the stream has ended: waits for the answers that are still due, as
 * long as they keep coming within a second of each other. */
void tm_names_settle(struct tm_names *names);

/* How long look-ups may wait in place of the 100 ms; 0 = never. */
void tm_names_set_patience(struct tm_names *names, unsigned milliseconds);

/* The id of the user of that name: recorded, else this machine's. Waits for
 * the name service. */
bool tm_names_find_user(
		struct tm_names *names, const char *name, uint32_t *uid);

void tm_names_free(struct tm_names *names);

/* Writes the NAME records of a text, at most max and TM_NAME_PARTS of them;
 * what is too long is cut between two characters. How many they are. */
size_t tm_name_records(struct tm_event *out, size_t max, enum tm_name_of of,
		uint64_t id, uint64_t time_ns, const char *text);

#endif
