#include <stdlib.h>
#include <string.h>

#include "order.h"

int order_open(struct event_order *order)
{
	memset(order, 0, sizeof(*order));
	order->events = malloc(ORDER_CAPACITY * sizeof(*order->events));
	return order->events ? 0 : -1;
}

uint64_t order_sort(struct event_order *order)
{
	struct tm_event *const events = order->events;
	struct tm_event late;
	size_t to;

	for (size_t i = order->sorted; i < order->end; i++) {
		if (i == order->first ||
				events[i - 1].time_ns <= events[i].time_ns)
			continue;
		late = events[i];
		for (to = i; to > order->first &&
				events[to - 1].time_ns > late.time_ns;
				to--)
			;
		memmove(&events[to + 1], &events[to],
				(i - to) * sizeof(*events));
		events[to] = late;
	}
	order->sorted = order->end;
	return order->end > order->first ? events[order->end - 1].time_ns : 0;
}

size_t order_take(struct event_order *order, uint64_t until_ns,
		struct tm_event **events)
{
	size_t low = order->first, high = order->end;

	*events = order->events + order->first;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (order->events[middle].time_ns <= until_ns)
			low = middle + 1;
		else
			high = middle;
	}
	order->first = low;
	return order->events + low - *events;
}

size_t order_compact(struct event_order *order)
{
	if (order->first == order->end) {
		order->first = order->sorted = order->end = 0;
	} else if (order->first > ORDER_CAPACITY / 2) {
		memmove(order->events, order->events + order->first,
				(order->end - order->first) *
						sizeof(*order->events));
		order->sorted -= order->first;
		order->end -= order->first;
		order->first = 0;
	}
	return ORDER_CAPACITY - order->end;
}
