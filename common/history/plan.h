/* Which tables hold a range of time, so that as few rows as possible are read:
 * whole months, days and hours within it, finer ones at its ends. */
#ifndef TM_HISTORY_PLAN_H
#define TM_HISTORY_PLAN_H

#include <stddef.h>

#include "database.h"
#include "schema.h"

/* The rows of one resolution with begin_ns <= time < end_ns. */
struct tm_history_piece {
	enum tm_history_resolution resolution;
	uint64_t begin_ns, end_ns;
};

struct tm_history_plan {
	uint64_t from_ns, to_ns; /* what the pieces hold */
	struct tm_history_piece *pieces;
	uint32_t count, room;
};

/* Between tm_history_begin and tm_history_end. Slots are no coarser than the
 * limit unless the finer ones are gone. 0, or -1 with a problem; free(3) the
 * pieces in any case. */
int tm_history_plan_make(struct tm_history *history, uint64_t from_ns,
		uint64_t to_ns, enum tm_history_resolution coarsest,
		struct tm_history_plan *plan);

#endif
