/* Sorts records by time. The ring is nearly sorted: a record is stamped after
 * its place was reserved, and softirqs interrupt the programs. Records younger
 * than the window are held back. Times are since boot. */
#ifndef TM_CAPTURE_ORDER_H
#define TM_CAPTURE_ORDER_H

#include "common/record/event.h"

#define ORDER_WINDOW_NS UINT64_C(4000000)
#define ORDER_CAPACITY 65536 /* records */

struct event_order {
	struct tm_event *events;
	size_t first, sorted, end;
};

int order_open(struct event_order *order);

/* Where to write the next record; order_compact makes room for it.
 */
static inline struct tm_event *order_add(struct event_order *order)
{
	return &order->events[order->end++];
}

/* Sorts what was added. Returns the time of the youngest record, 0 = none. */
uint64_t order_sort(struct event_order *order);

/* Takes the sorted records up to until_ns: their count, and at *events the
 * first. They are valid until the next order_compact. */
size_t order_take(struct event_order *order, uint64_t until_ns,
		struct tm_event **events);

/* Makes room; returns how many records fit. */
size_t order_compact(struct event_order *order);

#endif
