/* The runs that a stream is of: what their STARTs, TICKs and ENDs tell, and
 * when a source was there. */
#ifndef TM_HISTORY_SOURCES_H
#define TM_HISTORY_SOURCES_H

#include "common/stream/runs.h"
#include "store-sums.h"

struct tm_history;
struct tm_sources;

/* Reports that the history already has the run: up to an event, or completely
 * (TM_RUN_ENDED). */
typedef void tm_sources_report(uint64_t run, uint64_t counted);

/* NULL with a problem. report may be NULL. Runs that were counted are those of
 * the database. */
struct tm_sources *tm_sources_new(
		struct tm_history *history, tm_sources_report *report);

/* Call it when another database was opened in place of the first. */
void tm_sources_move(struct tm_sources *sources);

/* How many of the next events were counted before. */
struct tm_runs *tm_sources_runs(struct tm_sources *sources);

/* Takes START, TICK and END. What they have seen and excluded since the last
 * is added to the host's sums. 0, or -1 without memory. */
int tm_sources_note(struct tm_sources *sources, const struct tm_event *event,
		struct tm_store_sums *host);

/* Notes that there was an event at that time. */
void tm_sources_cover(struct tm_sources *sources, uint64_t time_ns);

/* Writes what is new, within a transaction; _settle once it is committed. */
int tm_sources_write(struct tm_sources *sources);
void tm_sources_settle(struct tm_sources *sources);

void tm_sources_free(struct tm_sources *sources);

#endif
