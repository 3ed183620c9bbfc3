#include <stddef.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "wall-clock.h"

#define FAR_AWAY                                                               \
	0x7fffffff /* seconds; the timer never expires, it is only cancelled   \
		    */

/* The one of several readings that took the shortest time. */
static int64_t wall_clock_measure(void)
{
	uint64_t shortest = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 5; i++) {
		const uint64_t before = tm_clock_boot_ns();
		const uint64_t wall = tm_clock_wall_ns();
		const uint64_t after = tm_clock_boot_ns();

		if (after - before >= shortest)
			continue;
		shortest = after - before;
		offset = wall - (before + shortest / 2);
	}
	return offset;
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
	clock->offset_ns = clock->offset_before_ns = wall_clock_measure();
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
	clock->step_ns = tm_clock_boot_ns();
	clock->offset_ns = wall_clock_measure();
	wall_clock_arm(clock);
}
