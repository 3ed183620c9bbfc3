/* Adds minutes up to hours, days and months, and removes what is older than
 * each is kept. Within a transaction of the writer. 0, or -1 with a problem. */
#ifndef TM_HISTORY_COARSE_H
#define TM_HISTORY_COARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "slot.h"

struct tm_history;
struct tm_pruned;

struct tm_retention {
	uint64_t keep_ns[TM_HISTORY_RESOLUTIONS]; /* 0 = for ever */
	uint64_t keep_jobs_ns;			  /* likewise */
	uint32_t remotes; /* of a user in a minute; so of workloads, commands */
};

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

#endif
