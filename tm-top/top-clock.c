#include "top-clock.h"
#include "common/base/clock.h"

#define SHORTEST_NS (3 * TM_SECOND_NS / 4) /* from one TICK to the next */
#define LATEST_NS (3 * TM_SECOND_NS / 2)
#define SET_BACK_NS (2 * TM_SECOND_NS)

const unsigned window_slots[WINDOWS] = { 2, 10, 40 };
const char *const window_names[WINDOWS] = { "2 s", "10 s", "40 s" };

static void close_slot(struct clock *clock, uint64_t length_ns)
{
	clock->lengths_ns[clock->slot % SLOTS] = length_ns;
	clock->slot++;
	clock->start_ns += length_ns;
}

bool clock_pass(struct clock *clock, uint64_t time_ns)
{
	const uint64_t before = clock->slot;
	/* a TICK may be late; where there are none, a second is a second */
	const uint64_t limit_ns = clock->has_ticks ? LATEST_NS : TM_SECOND_NS;
	uint64_t gap_ns;

	if (!clock->start_ns || time_ns <= clock->start_ns)
		return false;
	if (time_ns > clock->newest_ns)
		clock->newest_ns = time_ns;
	gap_ns = time_ns - clock->start_ns;
	if (gap_ns > SLOTS * TM_SECOND_NS) /* no more can be seen of it */
		clock->start_ns += gap_ns - SLOTS * TM_SECOND_NS;
	while (time_ns - clock->start_ns >= limit_ns)
		close_slot(clock, TM_SECOND_NS);
	return clock->slot != before;
}

/* Only what comes once a second may say so: single events are now and then
 * late, or made up. */
static bool is_set_back(const struct clock *clock, const struct tm_event *event)
{
	return (event->kind == TM_TICK || event->kind == TM_START) &&
			event->time_ns < clock->newest_ns &&
			clock->newest_ns - event->time_ns > SET_BACK_NS;
}

bool clock_note(struct clock *clock, const struct tm_event *event)
{
	const uint64_t time_ns = event->time_ns;
	bool is_over;

	if (event->kind == TM_NAME || event->kind >= TM_KINDS || !time_ns)
		return false;
	if (!clock->first_ns)
		clock->first_ns = time_ns;
	if (!clock->start_ns || is_set_back(clock, event))
		clock->start_ns = clock->newest_ns = time_ns;
	is_over = clock_pass(clock, time_ns);
	if (event->kind != TM_TICK || event->direction != TM_OUT)
		return is_over;
	clock->has_ticks = true;
	if (time_ns < clock->start_ns + SHORTEST_NS)
		return is_over;
	close_slot(clock, time_ns - clock->start_ns);
	return true;
}

void clock_end(struct clock *clock)
{
	if (clock->start_ns && !clock->slot)
		close_slot(clock, TM_SECOND_NS);
}

unsigned clock_slots(const struct clock *clock, enum window window)
{
	const unsigned slots = window_slots[window];

	return clock->slot < slots ? clock->slot : slots;
}

uint64_t clock_length_ns(const struct clock *clock, enum window window)
{
	const unsigned slots = clock_slots(clock, window);
	uint64_t sum_ns = 0;

	for (unsigned i = 1; i <= slots; i++)
		sum_ns += clock->lengths_ns[(clock->slot - i) % SLOTS];
	return sum_ns;
}
