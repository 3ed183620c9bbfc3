#include <time.h>

#include "common/base/clock.h"
#include "common/stream/stream-clock.h"
#include "pace.h"

#define FOREVER_NS (UINT64_C(1) << 61) /* 73 years */

static uint64_t pace_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Without waiting, new times keep the recorded intervals. */
static double rate(const struct pace *pace)
{
	return pace->speed ? pace->speed : 1;
}

static uint64_t bounded(double ns)
{
	return ns < FOREVER_NS ? ns : FOREVER_NS;
}

static uint64_t at_pace(const struct pace *pace, uint64_t recorded_ns)
{
	return bounded(recorded_ns / rate(pace));
}

static bool is_traffic(const struct tm_event *event)
{
	return event->kind <= TM_UNATTRIBUTED;
}

/* A new run, or one whose clock was set back, has a clock of its own. */
static bool has_new_clock(const struct pace *pace, const struct tm_event *event,
		bool between_runs)
{
	return (event->kind == TM_START && between_runs) ||
			tm_stream_is_set_back(event, pace->clock_ns);
}

static uint64_t shorten(struct pace *pace, uint64_t gap_ns)
{
	const uint64_t most_ns = bounded(pace->idle_ns * rate(pace));

	if (!pace->idle_ns)
		return pace_least(gap_ns, FOREVER_NS);
	gap_ns = pace_least(gap_ns, most_ns - pace->quiet_ns);
	pace->quiet_ns += gap_ns;
	return gap_ns;
}

static void pace_begin(struct pace *pace)
{
	pace->start_ns = tm_clock_steady_ns();
	pace->start_wall_ns = tm_clock_wall_ns();
}

void pace_advance(struct pace *pace, const struct tm_event *event,
		bool between_runs)
{
	const uint64_t time_ns = event->time_ns;
	const uint64_t before_ns = pace->clock_ns;

	if (!pace->start_ns)
		pace_begin(pace);
	if (!before_ns) {
		pace->clock_ns = time_ns;
	} else if (time_ns > before_ns) {
		pace->clock_ns = time_ns;
		/* between runs nothing was metered, so nobody waits */
		if (event->kind != TM_START || !between_runs)
			pace->played_ns = pace_least(FOREVER_NS,
					pace->played_ns +
							shorten(pace, time_ns - before_ns));
	} else if (time_ns && has_new_clock(pace, event, between_runs)) {
		pace->clock_ns = time_ns;
	}
	if (is_traffic(event))
		pace->quiet_ns = 0;
}

uint64_t pace_due_ns(const struct pace *pace)
{
	return pace->start_ns + at_pace(pace, pace->played_ns);
}

uint64_t pace_fresh_ns(const struct pace *pace, uint64_t time_ns)
{
	const uint64_t reached_ns =
			pace->start_wall_ns + at_pace(pace, pace->played_ns);
	uint64_t before_ns = 0;

	if (time_ns && time_ns < pace->clock_ns)
		before_ns = at_pace(pace, pace->clock_ns - time_ns);
	return reached_ns - pace_least(before_ns, reached_ns);
}

uint16_t pace_fresh_span(const struct pace *pace, uint16_t span)
{
	const double fresh = span / rate(pace) + 0.5;

	if (!span || fresh < 1)
		return span ? 1 : 0;
	return fresh < UINT16_MAX ? fresh : UINT16_MAX;
}
