
#include "interval.h"
#include "common/stream/stream-clock.h"

static uint64_t interval_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t interval_most(uint64_t a, uint64_t b)
{
	return a < b ? b : a;
}

static void interval_begin(struct interval *interval, uint64_t start_ns)
{
	interval->start_ns = start_ns;
	if (!interval->length_ns ||
			__builtin_add_overflow(start_ns, interval->length_ns,
					&interval->end_ns))
		interval->end_ns = UINT64_MAX;
	interval->has_news = false;
	interval->heard_ns = 0;
}

static void interval_note(
		struct interval *interval, const struct tm_event *event)
{
	interval->newest_ns =
			interval_most(interval->newest_ns, event->time_ns);
	interval->has_news = true;
}

/* The clock was set back before the previous interval; an event that is less
 * late counts in this interval. */
static bool is_set_back(
		const struct interval *interval, const struct tm_event *event)
{
	return tm_stream_is_set_back(event,
			interval->start_ns -
					interval_least(interval->start_ns,
							interval->length_ns));
}

/* A TICK that is a little early is the last of its interval. */
static uint64_t interval_limit(
		const struct interval *interval, const struct tm_event *event)
{
	if (event->kind != TM_TICK)
		return interval->end_ns;
	return interval->end_ns -
			interval_least(interval->length_ns / 10,
					TM_SECOND_NS / 10);
}

bool interval_is_over(struct interval *interval, const struct tm_event *event)
{
	if (!tm_stream_has_time(event))
		return false;
	if (!interval->first_ns) {
		interval->first_ns = event->time_ns;
		interval_begin(interval, event->time_ns);
	}
	interval->has_ticks |= event->kind == TM_TICK;
	if (event->time_ns >= interval_limit(interval, event))
		return interval->length_ns;
	if (interval->length_ns && is_set_back(interval, event)) {
		interval->end_ns = interval_most(
				interval->newest_ns, interval->start_ns);
		return true;
	}
	interval_note(interval, event);
	return false;
}

void interval_next(struct interval *interval, const struct tm_event *event)
{
	const uint64_t time_ns = event->time_ns;
	uint64_t start_ns = interval->end_ns;

	if (time_ns < interval->start_ns)
		start_ns = interval->newest_ns = time_ns;
	else if (time_ns > start_ns)
		start_ns += (time_ns - start_ns) / interval->length_ns *
				interval->length_ns;
	interval_begin(interval, start_ns);
	interval_note(interval, event);
}

bool interval_is_overdue(struct interval *interval)
{
	uint64_t now;

	if (!interval->length_ns || interval->has_ticks || !interval->has_news)
		return false;
	now = tm_clock_steady_ns();
	if (!interval->heard_ns)
		interval->heard_ns = now;
	return now - interval->heard_ns > interval->length_ns + TM_SECOND_NS;
}

void interval_skip(struct interval *interval)
{
	interval_begin(interval, interval->end_ns);
}
