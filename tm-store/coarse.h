/* From minutes to hours, days and months, and what is to be kept of each. All
 * of it within a transaction of the writer's. 0, or -1 with a problem. */
#ifndef TM_STORE_COARSE_H
#define TM_STORE_COARSE_H

#include "common/history/schema.h"

struct retention {
	uint64_t keep_ns[TM_HISTORY_RESOLUTIONS]; /* 0 = for ever */
	uint32_t remotes;			  /* of a user in a minute */
};

/* How many remotes of a user a slot is to have. */
uint32_t coarse_remotes(const struct retention *retention,
		enum tm_history_resolution resolution);

/* Puts the smallest remotes of a user's slot into the remainder where there are
 * more than so many. */
int coarse_trim(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t slot_ns,
		uint32_t uid, uint32_t remotes);

/* Adds the minutes that are over by then to their hours, those to days, and so
 * on. */
int coarse_add(struct tm_history *history, const struct retention *retention,
		uint64_t time_ns);

/* Removes what is too old; whether anything was in *has_removed. */
int coarse_prune(struct tm_history *history, const struct retention *retention,
		uint64_t time_ns, bool *has_removed);

/* The names of a table's amounts, as text to be put behind those of its keys:
 * "a = a + excluded.a, ..." */
const char *coarse_add_amounts(const struct tm_history_cube_facts *cube);

#endif
