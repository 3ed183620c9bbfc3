/* What the eBPF programs counted: totals by direction, and losses by owner. */
#ifndef TM_CAPTURE_PROGRAM_COUNTS_H
#define TM_CAPTURE_PROGRAM_COUNTS_H

#include <stdbool.h>

#include "programs.h"

/* After the load: makes the counts readable without system calls. 0, or -1 and
 * errno. */
int programs_map_counts(struct programs *programs);

struct counted programs_counted(
		const struct programs *programs, enum tm_direction direction);

/* How often the programs failed to report a process. */
uint64_t programs_unreported(const struct programs *programs);

/* Calls found for every owner with what was lost since the previous call but
 * one; at the end, with all that is left. 0, or -1 and errno. */
int programs_lost(const struct programs *programs, bool is_end,
		void found(void *context, const struct lost_key *key,
				const struct tm_amount *amount),
		void *context);

#endif
