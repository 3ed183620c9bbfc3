#include "top-clock.h"
#include "common/stream/stream-clock.h"

#define SHORTEST_NS (3 * TM_SECOND_NS / 4) /* from one TICK to the next */
#define LATEST_NS (3 * TM_SECOND_NS / 2)
/* A rate over less would be that of a single packet. */
#define LEAST_NS (TM_SECOND_NS / 4)

static void close_slot(struct clock *clock, uint64_t length_ns)
{
	clock->lengths_ns[clock->slot % SLOTS] = length_ns;
	clock->slot++;
	clock->start_ns += length_ns;
}

bool clock_pass(struct clock *clock, uint64_t time_ns)
{
	const uint64_t before = clock->slot;
	/* a TICK may be late; without TICKs a slot is a second */
	const uint64_t limit_ns = clock->has_ticks ? LATEST_NS : TM_SECOND_NS;
	uint64_t gap_ns;

	if (!clock->start_ns || time_ns <= clock->start_ns)
		return false;
	if (time_ns > clock->newest_ns)
		clock->newest_ns = time_ns;
	gap_ns = time_ns - clock->start_ns;
	if (gap_ns > SLOTS * TM_SECOND_NS) /* older slots are not kept */
		clock->start_ns += gap_ns - SLOTS * TM_SECOND_NS;
	while (time_ns - clock->start_ns >= limit_ns)
		close_slot(clock, TM_SECOND_NS);
	return clock->slot != before;
}

bool clock_note(struct clock *clock, const struct tm_event *event)
{
	const uint64_t time_ns = event->time_ns;
	bool is_over;

	if (!tm_stream_has_time(event) || !time_ns)
		return false;
	if (!clock->first_ns)
		clock->first_ns = time_ns;
	if (!clock->start_ns || tm_stream_is_set_back(event, clock->newest_ns))
		clock->start_ns = clock->newest_ns = time_ns;
	is_over = clock_pass(clock, time_ns);
	if (event->kind != TM_TICK || event->direction != TM_OUT)
		return is_over;
	clock->has_ticks = true;
	if (time_ns <= clock->start_ns ||
			time_ns - clock->start_ns < SHORTEST_NS)
		return is_over;
	close_slot(clock, time_ns - clock->start_ns);
	return true;
}

void clock_end(struct clock *clock)
{
	if (clock->start_ns && !clock->slot)
		close_slot(clock, TM_SECOND_NS);
}

/* In the beginning the running slot counts, as far as it got: else the first
 * rates would come two ticks after the first events. */
static void slots_add_running(struct slots *slots, const struct clock *clock)
{
	slots->end++;
	slots->length_ns += clock->newest_ns - clock->start_ns;
	if (slots->length_ns < LEAST_NS)
		slots->length_ns = LEAST_NS;
}

struct slots clock_window(const struct clock *clock, enum window window)
{
	static const uint64_t counts[WINDOWS] = { 2, 10, 40 };
	const uint64_t slot = clock->slot, count = counts[window];
	struct slots slots = { slot < count ? 0 : slot - count, slot, 0 };

	for (uint64_t i = slots.begin; i < slots.end; i++)
		slots.length_ns += clock->lengths_ns[i % SLOTS];
	if (clock_is_new(clock) && clock->start_ns)
		slots_add_running(&slots, clock);
	return slots;
}
