#include <inttypes.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "wall-clock.h"

#define FAR_AWAY                                                               \
	0x7fffffff /* seconds; the timer never expires, it is only cancelled   \
		    */

/* The one of several readings that took the shortest time. */
static int64_t wall_clock_measure(const struct wall_clock *clock)
{
	uint64_t shortest = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 5; i++) {
		const uint64_t before = wall_clock_boot_ns(clock);
		const uint64_t wall = tm_clock_wall_ns();
		const uint64_t after = wall_clock_boot_ns(clock);

		if (after - before >= shortest)
			continue;
		shortest = after - before;
		offset = wall - (before + shortest / 2);
	}
	return offset;
}

/* How far the boot clock of this process's time namespace is ahead of the
 * kernel's own, 0 = not at all. */
static int64_t namespace_ahead_ns(void)
{
	FILE *const offsets = fopen("/proc/self/timens_offsets", "re");
	int64_t s = 0, ns = 0;
	char line[128];

	while (offsets && fgets(line, sizeof(line), offsets)) {
		if (sscanf(line, "boottime %" SCNd64 " %" SCNd64, &s, &ns) == 2)
			break;
	}
	if (offsets)
		fclose(offsets);
	return s * (int64_t)TM_SECOND_NS + ns;
}

static void wall_clock_arm(struct wall_clock *clock)
{
	const struct itimerspec far = { .it_value.tv_sec =
							time(NULL) + FAR_AWAY };

	timerfd_settime(clock->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			&far, NULL);
}

void wall_clock_open(struct wall_clock *clock)
{
	clock->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	clock->step_ns = 0;
	clock->ahead_ns = namespace_ahead_ns();
	clock->offset_ns = clock->offset_before_ns = wall_clock_measure(clock);
	if (clock->fd >= 0)
		wall_clock_arm(clock);
}

void wall_clock_follow(struct wall_clock *clock)
{
	uint64_t expirations;

	/* fails with ECANCELED: the clock was set */
	if (read(clock->fd, &expirations, sizeof(expirations)) > 0)
		return;
	clock->offset_before_ns = clock->offset_ns;
	clock->step_ns = wall_clock_boot_ns(clock);
	clock->offset_ns = wall_clock_measure(clock);
	wall_clock_arm(clock);
}
