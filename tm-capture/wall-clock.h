/* The kernel stamps packets with the time since boot; records carry wall
 * clock. The difference changes only when somebody sets the clock. */
#ifndef TM_CAPTURE_WALL_CLOCK_H
#define TM_CAPTURE_WALL_CLOCK_H

#include <stdint.h>

#include "common/base/clock.h"

struct wall_clock {
	int fd; /* readable when the wall clock was set; -1 = not known */
	int64_t offset_ns;
	int64_t offset_before_ns; /* for what happened before step_ns */
	uint64_t step_ns;	  /* since boot */
	int64_t ahead_ns;	  /* of the boot clock, in a time namespace */
};

void wall_clock_open(struct wall_clock *clock);

/* Call it when fd is readable. */
void wall_clock_follow(struct wall_clock *clock);

/* The time since boot, as the kernel stamps packets with it. */
static inline uint64_t wall_clock_boot_ns(const struct wall_clock *clock)
{
	return tm_clock_boot_ns() - clock->ahead_ns;
}

static inline uint64_t wall_clock_ns(
		const struct wall_clock *clock, uint64_t since_boot_ns)
{
	return since_boot_ns +
			(since_boot_ns < clock->step_ns ? clock->offset_before_ns
							: clock->offset_ns);
}

#endif
