/* Records of a clock that was ahead: how new the others are, and how to be rid
 * of them. */
#ifndef TM_HISTORY_AHEAD_H
#define TM_HISTORY_AHEAD_H

#include "prune.h"

/* The newest time of all, where that is ahead of this machine's clock by more
 * than a minute; else 0. */
uint64_t tm_history_ahead(struct tm_history *history);

/* Removes what is ahead. In pruned, before_ns is where what is removed begins.
 * A trial changes nothing. 0, or -1 with a problem. */
int tm_history_prune_ahead(struct tm_history *history, bool is_trial,
		struct tm_pruned *pruned);

#endif
