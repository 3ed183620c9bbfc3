/* Which runs were counted, and how far, so that nothing is counted twice.
 *
 * Traffic carries no run id: it belongs to the run whose START came last and
 * whose END has not come; before any START, to no run. A run's id 0 says that
 * it has none, and is never remembered. */
#ifndef TM_STREAM_RUNS_H
#define TM_STREAM_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "open-runs.h"

#define TM_RUNS_KEPT 10000
#define TM_RUN_ENDED UINT64_MAX

struct tm_run {
	uint64_t id;
	uint64_t counted; /* events, from its START on; or TM_RUN_ENDED */
};

/* An open run, or traffic that belongs to none. */
struct tm_passing {
	uint64_t passed; /* events, in this stream and those that it continues
			  */
	uint64_t before; /* the number that was counted earlier */
};

struct tm_runs {
	struct tm_passing *current;
	struct tm_passing stray;  /* before any START */
	struct tm_open_runs open; /* each with a struct tm_passing */
	uint32_t kept_count;
	uint32_t oldest;
	uint32_t changed_count;
	uint16_t changed[TM_RUNS_KEPT]; /* numbers in kept, each once */
	bool is_changed[TM_RUNS_KEPT];
	struct tm_run kept[TM_RUNS_KEPT];
	bool again;
};

/* NULL when there is no memory. With again every run is counted from its
 * START, whatever was counted before. */
struct tm_runs *tm_runs_new(bool again);

/* How many of the next events were counted already. */
static inline uint64_t tm_runs_counted(const struct tm_runs *runs)
{
	return runs->current->before > runs->current->passed
			? runs->current->before - runs->current->passed
			: 0;
}

/* Notes that so many events of traffic passed. */
static inline void tm_runs_pass(struct tm_runs *runs, uint64_t events)
{
	runs->current->passed += events;
}

/* Notes a START. Sets *before to the number of events of that run that were
 * counted. 0, or -1 and errno. */
int tm_runs_start(struct tm_runs *runs, uint64_t id, uint64_t *before);

/* A TICK passes: where a stream goes on in the middle of a run, it says of
 * which. */
int tm_runs_tick(struct tm_runs *runs, uint64_t id);

/* Notes an END. */
void tm_runs_end(struct tm_runs *runs, uint64_t id);

/* Remembers that at least so many events of the run were counted. */
void tm_runs_keep(struct tm_runs *runs, uint64_t id, uint64_t counted);

/* Updates the saved state of the open runs. */
void tm_runs_note(struct tm_runs *runs);

/* Marks every run as saved. */
void tm_runs_settle(struct tm_runs *runs);

void tm_runs_free(struct tm_runs *runs);

#endif
