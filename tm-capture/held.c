#include <stdlib.h>
#include <string.h>

#include "held.h"

static int held_make_room(struct held *held, size_t count)
{
	const size_t waiting = held->end - held->first;
	struct tm_event *events;
	size_t room;

	if (held->first) {
		memmove(held->events, held->events + held->first,
				waiting * sizeof(*held->events));
		held->first = 0;
		held->end = waiting;
	}
	if (waiting + count <= held->room)
		return 0;
	room = (waiting + count) * 2;
	events = reallocarray(held->events, room, sizeof(*events));
	if (!events)
		return -1;
	held->events = events;
	held->room = room;
	return 0;
}

int held_add(struct held *held, const struct tm_event *sums, size_t count)
{
	if (held->room - held->end < count && held_make_room(held, count))
		return -1;
	memcpy(held->events + held->end, sums, count * sizeof(*sums));
	held->end += count;
	return 0;
}

bool held_are_due(
		const struct held *held, uint64_t until_ns, uint64_t *oldest_ns)
{
	if (held->first == held->end)
		return false;
	*oldest_ns = held->events[held->first].time_ns;
	return *oldest_ns <= until_ns;
}

size_t held_take(struct held *held, uint64_t time_ns, struct tm_event **sums)
{
	const size_t first = held->first;

	*sums = held->events + first;
	while (held->first < held->end &&
			held->events[held->first].time_ns <= time_ns)
		held->first++;
	return held->first - first;
}
