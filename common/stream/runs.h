/* Which runs were counted, and how far, so that none is counted twice.
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

/* What is known of an open run, or of traffic that belongs to none. */
struct tm_passing {
	uint64_t passed; /* events of it, in this stream or one it goes on */
	uint64_t before; /* the first so many were counted already */
};

struct tm_runs {
	struct tm_passing *current;
	struct tm_passing stray;  /* before any START */
	struct tm_open_runs open; /* with a struct tm_passing each */
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

/* How many of the events that come next were counted already. */
static inline uint64_t tm_runs_counted(const struct tm_runs *runs)
{
	return runs->current->before > runs->current->passed
			? runs->current->before - runs->current->passed
			: 0;
}

/* So many events of traffic pass. */
static inline void tm_runs_pass(struct tm_runs *runs, uint64_t events)
{
	runs->current->passed += events;
}

/* A START passes: how many events of that run were counted already, in *before.
 * 0, or -1 and errno. */
int tm_runs_start(struct tm_runs *runs, uint64_t id, uint64_t *before);

/* A TICK passes: where a stream goes on in the middle of a run, it says of
 * which. */
int tm_runs_tick(struct tm_runs *runs, uint64_t id);

/* An END passes. */
void tm_runs_end(struct tm_runs *runs, uint64_t id);

/* Remembers that so many events of the run were counted, or more. */
void tm_runs_keep(struct tm_runs *runs, uint64_t id, uint64_t counted);

/* Brings what is kept of the open runs up to date. */
void tm_runs_note(struct tm_runs *runs);

/* No run counts as changed any more. */
void tm_runs_settle(struct tm_runs *runs);

void tm_runs_free(struct tm_runs *runs);

#endif
