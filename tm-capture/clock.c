#include <stddef.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define FAR_AWAY 0x7fffffff /* seconds; the timer is to be cancelled only */

static uint64_t read_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

uint64_t tm_clock_since_boot_ns(void)
{
	return read_ns(CLOCK_BOOTTIME);
}

/* Of several readings the one that was interrupted least. */
static int64_t measure(void)
{
	uint64_t shortest = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 5; i++) {
		const uint64_t before = read_ns(CLOCK_BOOTTIME);
		const uint64_t wall = read_ns(CLOCK_REALTIME);
		const uint64_t after = read_ns(CLOCK_BOOTTIME);

		if (after - before >= shortest)
			continue;
		shortest = after - before;
		offset = wall - (before + shortest / 2);
	}
	return offset;
}

static void arm(struct tm_clock *clock)
{
	const struct itimerspec far = { .it_value.tv_sec =
							time(NULL) + FAR_AWAY };

	timerfd_settime(clock->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			&far, NULL);
}

void tm_clock_open(struct tm_clock *clock)
{
	clock->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	clock->step_ns = 0;
	clock->offset_ns = clock->offset_before_ns = measure();
	if (clock->fd >= 0)
		arm(clock);
}

void tm_clock_follow(struct tm_clock *clock)
{
	uint64_t expirations;

	/* fails with ECANCELED, which is the news */
	if (read(clock->fd, &expirations, sizeof(expirations)) > 0)
		return;
	clock->offset_before_ns = clock->offset_ns;
	clock->step_ns = tm_clock_since_boot_ns();
	clock->offset_ns = measure();
	arm(clock);
}
