/* Puts records in time order. The ring is nearly sorted: a record is stamped
 * after its place was reserved, and softirq nests inside the programs. What is
 * younger than the window is held back. Times are since boot. */
#ifndef TM_CAPTURE_ORDER_H
#define TM_CAPTURE_ORDER_H

#include "common/record/event.h"

#define TM_ORDER_WINDOW_NS UINT64_C(4000000)
#define TM_ORDER_CAPACITY 65536 /* records */

struct tm_order {
	struct tm_event *events;
	size_t first, sorted, end;
};

int tm_order_open(struct tm_order *order);

/* Where the next record is to be written; always there after tm_order_compact.
 */
static inline struct tm_event *tm_order_add(struct tm_order *order)
{
	return &order->events[order->end++];
}

/* Sorts what was added, and returns the time of the youngest, 0 = none held. */
uint64_t tm_order_sort(struct tm_order *order);

/* How many of the first, once sorted, are not younger than until_ns; they are
 * at *events and gone with the next tm_order_compact. */
size_t tm_order_take(struct tm_order *order, uint64_t until_ns,
		struct tm_event **events);

/* Makes room; returns how many records fit. */
size_t tm_order_compact(struct tm_order *order);

void tm_order_close(struct tm_order *order);

#endif
