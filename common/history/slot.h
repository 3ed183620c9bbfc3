/* Slots of time, and the zone of their days. */
#ifndef TM_HISTORY_SLOT_H
#define TM_HISTORY_SLOT_H

#include <stdint.h>

/* What a sum covers: from the slot's beginning to the next one's. Hours, days
 * and months are those of the database's zone. */
enum tm_history_resolution {
	TM_HISTORY_MINUTE,
	TM_HISTORY_HOUR,
	TM_HISTORY_DAY,
	TM_HISTORY_MONTH,
	TM_HISTORY_RESOLUTIONS
};

/* "minute", "hour", "day", "month" */
const char *tm_history_resolution_name(enum tm_history_resolution resolution);

/* The beginning of the slot that contains a time, and of the next slot. */
uint64_t tm_history_slot(
		enum tm_history_resolution resolution, uint64_t time_ns);
uint64_t tm_history_next_slot(
		enum tm_history_resolution resolution, uint64_t time_ns);

/* Sets the zone of this process. 0, or -1 if this machine does not know it. */
int tm_history_use_zone(const char *zone);

#endif
