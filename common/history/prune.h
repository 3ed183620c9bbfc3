/* Removes old rows from a history. */
#ifndef TM_HISTORY_PRUNE_H
#define TM_HISTORY_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "slot.h"

struct tm_history;

/* What went, of each resolution. */
struct tm_pruned {
	uint64_t rows[TM_HISTORY_RESOLUTIONS];
	uint64_t before_ns[TM_HISTORY_RESOLUTIONS]; /* if there were rows */
	uint64_t jobs, jobs_before_ns;		    /* of the table of jobs */
};

/* Removes what is older than a time, in whole months, and, unless somebody
 * writes meanwhile, names that nothing refers to any more. A trial changes
 * nothing. 0, or -1 with a problem. */
int tm_history_prune(struct tm_history *history, uint64_t before_ns,
		bool is_trial, struct tm_pruned *pruned);

#endif
