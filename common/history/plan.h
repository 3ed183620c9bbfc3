/* Which tables hold a range of time, so that as few rows as possible are read:
 * whole months, days and hours within it, finer ones at its ends. */
#ifndef TM_HISTORY_PLAN_H
#define TM_HISTORY_PLAN_H

#include <stddef.h>

#include "database.h"

/* The rows of one resolution with begin_ns <= time < end_ns. */
struct history_piece {
	enum history_resolution resolution;
	uint64_t begin_ns, end_ns;
};

struct history_plan {
	uint64_t from_ns, to_ns; /* what the pieces hold */
	struct history_piece *pieces;
	size_t count, room;
};

/* Between history_begin and history_end. Slots are no coarser than the limit
 * unless the finer ones are gone. 0, or -1 with a problem; free(3) the pieces
 * in any case. */
int history_plan_make(struct history *history, uint64_t from_ns, uint64_t to_ns,
		enum history_resolution coarsest, struct history_plan *plan);

#endif
