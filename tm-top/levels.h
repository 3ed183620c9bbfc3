/* The lists that a view leads through. */
#ifndef TM_TOP_LEVELS_H
#define TM_TOP_LEVELS_H

#include "top-list.h"

enum level {
	USERS,
	PROCESSES,
	REMOTES,
	SERVICES,
	CONNECTIONS,
	JOBS,
	WORKLOADS,
	LOGINS,
	COMMANDS,
	LEVELS,
	OTHER_KEYS = LEVELS /* those of --by */
};

/* Sets the keys of a place to those of a level that its scope leaves open; with
 * is_merged, processes of one name are one. False if there are none. */
bool level_set(struct list_place *place, enum level level, bool is_merged);

/* The level of these keys, for a place without a scope. */
enum level level_of(const struct tm_keys *keys);

/* The next level in which a scope can be looked at; LEVELS if there is none. */
enum level level_below(const struct list_place *place, bool is_merged);

/* Makes a row of the place the scope. */
void level_enter(struct list_place *place, const uint64_t *row_key);

/* "1 user", "2 users" */
#define LEVEL_SIZE 64
void level_format(char out[LEVEL_SIZE], enum level level,
		const struct tm_keys *keys, uint32_t count);

#endif
