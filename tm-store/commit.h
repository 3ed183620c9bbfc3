/* One transaction: what was summed up in memory goes to the database. */
#ifndef TM_STORE_COMMIT_H
#define TM_STORE_COMMIT_H

#include "coarse.h"
#include "dictionary.h"
#include "sources.h"
#include "store-sums.h"

struct batch {
	struct store_sums traffic, host;
	uint64_t first_ns, newest_ns; /* of all records with a time of theirs */
	bool has_time;
};

struct commit;

/* NULL when there is no memory. */
struct commit *commit_new(
		struct tm_history *history, const struct retention *retention);

/* All of it or nothing: 0, or -1 with a problem. The batch stays as it is, but
 * for what is too much of it. */
int commit_write(struct commit *commit, struct batch *batch,
		struct dictionary *dictionary, struct sources *sources);

/* Before the database is closed. */
void commit_forget(struct commit *commit);

void commit_free(struct commit *commit);

#endif
