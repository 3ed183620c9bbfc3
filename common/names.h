/* Names of users, interfaces and cgroups: those that a recording brings in its
 * NAME records first, then, for users, this machine's. */
#ifndef TM_NAMES_H
#define TM_NAMES_H

#include "event.h"

#include <stdbool.h>

struct tm_names;

/* NULL when there is no memory. */
struct tm_names *tm_names_new(void);

/* Remembers a NAME record; other kinds are passed over. 0, or -1 and errno. */
int tm_names_note(struct tm_names *names, const struct tm_event *event);

/* The text that NAME records gave this id, or NULL. */
const char *tm_names_recorded(
	struct tm_names *names, enum tm_name_of of, uint64_t id);

/* The user's name: recorded, else this machine's (asked once, misses are
 * remembered); "none" for TM_NOBODY; NULL where there is none. The text is as
 * hostile as the name service: escape it. */
const char *tm_names_user(struct tm_names *names, uint32_t uid);

/* The id of the user of that name: recorded, else this machine's. */
bool tm_names_find_user(
	struct tm_names *names, const char *name, uint32_t *uid);

void tm_names_free(struct tm_names *names);

#endif
