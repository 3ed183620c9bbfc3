/* One transaction: writes the sums in memory to the database. */
#ifndef TM_HISTORY_COMMIT_H
#define TM_HISTORY_COMMIT_H

#include "coarse.h"
#include "dictionary.h"
#include "job-sums.h"
#include "prune.h"
#include "sources.h"
#include "store-sums.h"

struct tm_batch {
	struct tm_store_sums traffic, host;
	struct tm_job_sums jobs;
	uint64_t first_ns, newest_ns; /* of all records with a time of theirs */
	bool has_time;
};

struct tm_commit;

/* NULL when there is no memory. */
struct tm_commit *tm_commit_new(struct tm_history *history,
		const struct tm_retention *retention);

/* Writes everything or nothing. 0, or -1 with a problem. The batch does not
 * change, except that excess remotes move to the remainder. */
int tm_commit_write(struct tm_commit *commit, struct tm_batch *batch,
		struct tm_dictionary *dictionary, struct tm_sources *sources);

/* What the first write removed because it is kept for a shorter time than
 * before; NULL if nothing was, and after the first call. */
const struct tm_pruned *tm_commit_shortened(struct tm_commit *commit);

/* The size of the -wal file if a long reader keeps it from shrinking, otherwise
 * 0. */
unsigned tm_commit_log_mib(const struct tm_commit *commit);

/* Call it before the database is closed. */
void tm_commit_forget(struct tm_commit *commit);

void tm_commit_free(struct tm_commit *commit);

#endif
