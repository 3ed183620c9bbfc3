/* Adds minutes up to hours, days and months, and removes what is older than
 * each is kept. Within a transaction of the writer. 0, or -1 with a problem. */
#ifndef TM_HISTORY_COARSE_H
#define TM_HISTORY_COARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "slot.h"

struct tm_history;
struct tm_history_cube_facts;
struct tm_pruned;

struct tm_retention {
	uint64_t keep_ns[TM_HISTORY_RESOLUTIONS]; /* 0 = for ever */
	uint32_t remotes; /* remotes of a user in a minute */
};

/* How many remotes of a user a slot keeps. */
uint32_t tm_coarse_remotes(const struct tm_retention *retention,
		enum tm_history_resolution resolution);

/* If a user has more than so many remotes in a slot, moves the smallest to the
 * remainder. */
int tm_coarse_trim(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t slot_ns,
		uint32_t uid, uint32_t remotes);

/* Adds the minutes that are over by then to their hours, hours to days, and so
 * on. */
int tm_coarse_add(struct tm_history *history,
		const struct tm_retention *retention, uint64_t time_ns);

/* Removes what is too old. */
int tm_coarse_prune(struct tm_history *history,
		const struct tm_retention *retention, uint64_t time_ns,
		struct tm_pruned *pruned);

/* Removes what is later than a time; newest_ns is that of the newest that
 * stays, 0 = none does. */
int tm_coarse_prune_after(struct tm_history *history, uint64_t time_ns,
		uint64_t newest_ns, struct tm_pruned *pruned);

/* The names of a table's amounts, as text to be put behind those of its keys:
 * "a = a + excluded.a, ..." */
const char *tm_coarse_add_amounts(const struct tm_history_cube_facts *cube);

#endif
