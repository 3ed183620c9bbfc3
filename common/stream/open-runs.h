/* The runs of a stream that have started and not ended, and what a tool keeps
 * for each of them.
 *
 * Traffic carries no run id: it belongs to the run that started last among
 * those that are open. A merged stream has many; of more than
 * TM_OPEN_RUNS_MOST the oldest is taken to have ended. A START of a run that is
 * open says that it was cut before and begins anew. */
#ifndef TM_STREAM_OPEN_RUNS_H
#define TM_STREAM_OPEN_RUNS_H

#include "common/base/map.h"

#define TM_OPEN_RUNS_MOST 4096
#define TM_OPEN_RUNS_NONE TM_MAP_NONE

struct tm_open_slot {
	uint64_t id;
	uint32_t older, newer; /* or, in a free slot, older is the next free one
				*/
};

/* All zero but size is a stream that has not begun. */
struct tm_open_runs {
	size_t size; /* bytes to keep for each run; set by the caller */
	char *data;
	struct tm_open_slot *slots;
	struct tm_map map; /* ids to slots */
	uint32_t count, made, room;
	uint32_t first, last, free; /* slots + 1, 0 = none */
};

/* What is kept for a run, NULL where it is not open. It may move with the next
 * start. */
void *tm_open_runs_find(const struct tm_open_runs *runs, uint64_t id);

/* For the run that started last; NULL where none is open. */
void *tm_open_runs_latest(const struct tm_open_runs *runs);

/* For the run that started first. */
void *tm_open_runs_oldest(const struct tm_open_runs *runs);

/* The one that a start of this id would end: the same, or the oldest. NULL:
 * none. */
void *tm_open_runs_ended_by(const struct tm_open_runs *runs, uint64_t id);

/* Opens a run, with zeros for what is kept. NULL: no memory. */
void *tm_open_runs_start(struct tm_open_runs *runs, uint64_t id);

/* Closes a run; returns whether it was open. */
bool tm_open_runs_end(struct tm_open_runs *runs, uint64_t id);

/* The next one from the latest to the oldest: NULL after it. *step is 0 before
 * the first. */
void *tm_open_runs_next(
		const struct tm_open_runs *runs, uint32_t *step, uint64_t *id);

void tm_open_runs_free(struct tm_open_runs *runs);

#endif
