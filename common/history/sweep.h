/* Removes processes, remotes, workloads and commands that no sum refers to. */
#ifndef TM_HISTORY_SWEEP_H
#define TM_HISTORY_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

struct tm_history;

/* Whether the writer is to do it where there are so many of them: a sweep reads
 * all sums, so it waits until their number has doubled. */
bool tm_history_is_swept_at(struct tm_history *history, uint64_t rows);

/* Within a transaction of whoever holds the writer's lock. 0, or -1 with a
 * problem. */
int tm_history_sweep(struct tm_history *history);

#endif
