/* Filters of clsact, for kernels before 6.6. They stay on the interface until
 * somebody removes them. Their handle identifies the run that attached them,
 * and a lock shows whether that run is still alive. */
#ifndef TM_CAPTURE_CLSACT_H
#define TM_CAPTURE_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record/event.h"
#include "common/system/netlink.h"

/* Begins a run and takes its lock. Returns the descriptor, or -1 with errno; a
 * process that inherits it holds the lock too. */
int clsact_begin(uint32_t *run);

/* Adds a filter. 0, or -1 with errno. */
int clsact_attach(uint32_t ifindex, enum tm_direction direction, int program,
		uint32_t run);

/* Whether the interface has this run's filters of both directions. */
bool clsact_is_there(uint32_t ifindex, uint32_t run);

/* Removes the filters for which wanted() is true, and the queue that held them
 * if tm-capture added it and it is empty. Calls removed, unless NULL, for each.
 * 0, or -1 with errno. */
int clsact_remove(uint32_t ifindex,
		bool is_wanted(void *context,
				const struct tm_tc_filter *filter),
		void removed(void *context, const struct tm_tc_filter *filter),
		void *context);

static inline uint32_t clsact_run(const struct tm_tc_filter *filter)
{
	return filter->handle >> 1;
}

bool clsact_is_ours(const struct tm_tc_filter *filter);

/* Whether its run has ended: nobody holds the lock. */
bool clsact_is_left(const struct tm_tc_filter *filter);

#define CLSACT_FILTERS 256

/* The first filters of an interface. */
struct clsact_filters {
	struct tm_tc_filter filters[CLSACT_FILTERS];
	unsigned count;
};

/* 0, or -1 with errno. */
int clsact_list(uint32_t ifindex, struct clsact_filters *filters);

#endif
