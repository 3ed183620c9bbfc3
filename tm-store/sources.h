/* The runs that a stream is of: what their STARTs, TICKs and ENDs tell, and
 * when a source was there. */
#ifndef TM_STORE_SOURCES_H
#define TM_STORE_SOURCES_H

#include "common/history/schema.h"
#include "common/stream/runs.h"
#include "store-sums.h"

struct sources;

/* NULL with a problem. Runs that were counted are those of the database. */
struct sources *sources_new(struct tm_history *history, bool is_quiet);

/* Another database is open in the place of the first. */
void sources_move(struct sources *sources);

/* How many of the events that come next were counted before. */
struct tm_runs *sources_runs(struct sources *sources);

/* Takes START, TICK and END. What they have seen and excluded since the last
 * is added to the host's sums. 0, or -1 without memory. */
int sources_note(struct sources *sources, const struct tm_event *event,
		struct store_sums *host);

/* An event of that time was there. */
void sources_cover(struct sources *sources, uint64_t time_ns);

/* Writes what is new, within a transaction; _settle once it is committed. */
int sources_write(struct sources *sources);
void sources_settle(struct sources *sources);

void sources_free(struct sources *sources);

#endif
