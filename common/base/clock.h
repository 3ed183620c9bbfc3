/* Time in nanoseconds: its units, and the clocks. */
#ifndef TM_BASE_CLOCK_H
#define TM_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define TM_MS_NS UINT64_C(1000000)
#define TM_SECOND_NS UINT64_C(1000000000)
#define TM_MINUTE_NS (60 * TM_SECOND_NS)
#define TM_HOUR_NS (60 * TM_MINUTE_NS)
#define TM_DAY_NS (24 * TM_HOUR_NS)

static inline uint64_t tm_clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * TM_SECOND_NS + now.tv_nsec;
}

/* Since the epoch, as in a record. This clock can be set. */
static inline uint64_t tm_clock_wall_ns(void)
{
	return tm_clock_read(CLOCK_REALTIME);
}

/* The clock by which the kernel stamps packets: it goes on while the machine
 * sleeps. */
static inline uint64_t tm_clock_boot_ns(void)
{
	return tm_clock_read(CLOCK_BOOTTIME);
}

/* Since the machine started: for deadlines. */
static inline uint64_t tm_clock_steady_ns(void)
{
	return tm_clock_read(CLOCK_MONOTONIC);
}

/* The same to within 4 ms, cheap enough to ask for every block. */
static inline uint64_t tm_clock_coarse_ns(void)
{
	return tm_clock_read(CLOCK_MONOTONIC_COARSE);
}

static inline struct timespec tm_clock_timespec(uint64_t ns)
{
	return (struct timespec){ ns / TM_SECOND_NS, ns % TM_SECOND_NS };
}

#endif
