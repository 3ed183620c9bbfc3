/* Removes from a history what is too old. */
#ifndef TM_HISTORY_PRUNE_H
#define TM_HISTORY_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

struct tm_history;

/* What is of that age, of each resolution, in whole months; and, unless
 * somebody writes to it meanwhile, names that nothing is of any more. 0, or -1
 * with a problem. */
int tm_history_prune(
		struct tm_history *history, uint64_t age_ns, bool *has_removed);

#endif
