/* Puts records in time order. The ring is nearly sorted: a record is stamped
 * after its place was reserved, and softirq nests inside the programs. What is
 * younger than the window is held back. Times are since boot. */
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

/* Where the next record is to be written; always there after order_compact.
 */
static inline struct tm_event *order_add(struct event_order *order)
{
	return &order->events[order->end++];
}

/* Sorts what was added, and returns the time of the youngest, 0 = none held. */
uint64_t order_sort(struct event_order *order);

/* How many of the first, once sorted, are not younger than until_ns; they are
 * at *events and gone with the next order_compact. */
size_t order_take(struct event_order *order, uint64_t until_ns,
		struct tm_event **events);

/* Makes room; returns how many records fit. */
size_t order_compact(struct event_order *order);

void order_close(struct event_order *order);

#endif
