#include <string.h>

#include "common/base/clock.h"
#include "top-traffic.h"

int traffic_start(struct traffic *traffic, uint32_t max_rows)
{
	memset(traffic, 0, sizeof(*traffic));
	return table_start(&traffic->table, max_rows);
}

/* Slots that began since then have no events yet. */
static void clear_slots(struct traffic *traffic, uint64_t before)
{
	uint64_t slot = traffic->clock.slot;

	for (unsigned i = 0; slot > before && i < SLOTS; i++, slot--)
		traffic->in_slot[slot % SLOTS] = 0;
}

bool traffic_pass(struct traffic *traffic, uint64_t time_ns)
{
	const uint64_t before = traffic->clock.slot;

	if (!clock_pass(&traffic->clock, time_ns))
		return false;
	clear_slots(traffic, before);
	return true;
}

bool traffic_note_time(struct traffic *traffic, const struct tm_event *event)
{
	const uint64_t before = traffic->clock.slot;

	if (!clock_note(&traffic->clock, event))
		return false;
	clear_slots(traffic, before);
	return true;
}

int traffic_count(struct traffic *traffic, const struct tm_event *event)
{
	if (event->kind > TM_UNATTRIBUTED)
		return 0;
	traffic->events++;
	traffic->in_slot[traffic->clock.slot % SLOTS]++;
	tm_shares_count(&traffic->shares, event);
	if (event->kind == TM_UNATTRIBUTED)
		return 0;
	return table_add(&traffic->table, &traffic->clock, event);
}

double traffic_events_per_second(const struct traffic *traffic)
{
	const struct clock *const clock = &traffic->clock;
	const unsigned slots = clock_slots(clock, WINDOW_2);
	const uint64_t length_ns = clock_length_ns(clock, WINDOW_2);
	uint64_t sum = 0;

	for (unsigned i = 1; i <= slots; i++)
		sum += traffic->in_slot[(clock->slot - i) % SLOTS];
	return length_ns ? sum * (double)TM_SECOND_NS / length_ns : 0;
}

int traffic_copy(struct traffic *to, const struct traffic *from)
{
	*to = *from;
	return table_copy(&to->table, &from->table);
}

void traffic_free(struct traffic *traffic)
{
	table_free(&traffic->table);
}
