#include <err.h>
#include <inttypes.h>

#include "counter.h"

static int counter_note_start(
		const struct counter *counter, const struct tm_start *start)
{
	uint64_t before;

	if (tm_runs_start(counter->runs, start->run_id, &before))
		return -1;
	if (!before || counter->is_quiet)
		return 0;
	if (before == TM_RUN_ENDED)
		warnx("run %" PRIu64 " was counted before: not counted again "
		      "(--again counts it)",
				start->run_id);
	else
		warnx("run %" PRIu64 " was counted up to event %" PRIu64
		      ": counted from there on (--again counts all of it)",
				start->run_id, before);
	return 0;
}

/* An END is complete with its second record. 0, or -1 without memory. */
static int counter_note(
		const struct counter *counter, const struct tm_event *event)
{
	const struct tm_status *status = (const void *)event;

	if (event->kind == TM_START)
		return counter_note_start(counter, (const void *)event);
	if (event->kind == TM_TICK)
		return tm_runs_tick(counter->runs, status->run_id);
	if (event->kind == TM_END && status->direction == TM_OUT)
		tm_runs_end(counter->runs, status->run_id);
	return 0;
}

static void fill_in(struct tm_event *event, const struct total *total)
{
	event->total_in = total->sum[TM_IN];
	event->total_out = total->sum[TM_OUT];
}

/* Looks up the user's totals unless the last event had the same user. */
static inline struct total *counter_find(
		struct totals *totals, struct total *last, uint32_t uid)
{
	struct total *total;

	if (last && last->uid == uid)
		return last;
	total = totals_known(totals, uid);
	return __builtin_expect(total != NULL, 1) ? total
						  : totals_find(totals, uid);
}

/* Counts the traffic up to an event of another kind. Returns how many events it
 * counted, fewer without memory. */
static size_t counter_count_traffic(
		struct totals *totals, struct tm_event *events, size_t n)
{
	struct total *total = NULL;
	size_t i;

	for (i = 0; i < n && events[i].kind <= TM_LOST; i++) {
		total = counter_find(totals, total, events[i].uid);
		if (__builtin_expect(!total, 0))
			break;
		tm_amount_raise(&total->sum[events[i].direction != TM_IN],
				events[i].bytes);
		totals_touch(totals, total);
		fill_in(&events[i], total);
	}
	return i;
}

/* Skips traffic that was counted in an earlier stream. */
static size_t counter_pass(
		const struct totals *totals, struct tm_event *events, size_t n)
{
	static const struct total unknown;
	const struct total *total;
	size_t i;

	for (i = 0; i < n && events[i].kind <= TM_LOST; i++) {
		total = totals_known(totals, events[i].uid);
		fill_in(&events[i], total ? total : &unknown);
	}
	return i;
}

size_t counter_count(struct counter *counter, struct tm_event *events, size_t n)
{
	struct totals *const totals = &counter->totals;
	size_t i = 0, done;

	while (i < n) {
		const uint64_t before = tm_runs_counted(counter->runs);
		const size_t left = n - i;

		if (events[i].kind > TM_LOST) {
			if (counter_note(counter, &events[i]))
				break;
			i++;
			continue;
		}
		if (before)
			done = counter_pass(totals, &events[i],
					before < left ? before : left);
		else
			done = counter_count_traffic(totals, &events[i], left);
		if (!done)
			break;
		tm_runs_pass(counter->runs, done);
		i += done;
	}
	return i;
}
