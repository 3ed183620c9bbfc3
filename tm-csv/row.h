/* One event as a row: the seven fields that users of the first meters parse,
 *
 *	direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out
 *
 * where timestamp is seconds.nanoseconds. */
#ifndef TM_CSV_ROW_H
#define TM_CSV_ROW_H

#include <stdbool.h>

#include "common/record/event.h"

#define ROW_FIELDS "direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out"
#define ROW_COUNT 7

/* Room for the seven: any of it may be overwritten. */
#define ROW_SIZE 256

/* Whether the event makes a row at all. */
static inline bool row_is(const struct tm_event *event)
{
	return event->kind <= TM_LOST && event->direction <= TM_OUT;
}

/* The seven fields without an end of line; returns their end. */
char *row_format(char out[ROW_SIZE], const struct tm_event *event);

#endif
