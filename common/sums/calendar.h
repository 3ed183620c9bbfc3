/* Hours, days, months and bins of local time, as ns since the epoch of their
 * start. Each moment is in one hour, one day and one month, whatever the clock
 * does: where it is changed within an hour, that has two parts. */
#ifndef TM_SUMS_CALENDAR_H
#define TM_SUMS_CALENDAR_H

#include <stdint.h>

uint64_t tm_calendar_hour(uint64_t time_ns);
uint64_t tm_calendar_day(uint64_t time_ns);
uint64_t tm_calendar_month(uint64_t time_ns);

/* Where the one that follows begins. */
uint64_t tm_calendar_next_hour(uint64_t time_ns);
uint64_t tm_calendar_next_day(uint64_t time_ns);
uint64_t tm_calendar_next_month(uint64_t time_ns);

/* Bins begin where local time is a multiple of their length, so that those of
 * an hour or a day are the clock's. */
uint64_t tm_calendar_bin(uint64_t time_ns, uint64_t length_ns);

/* Call it after TZ has changed. */
void tm_calendar_forget(void);

#endif
