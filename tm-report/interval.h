/* The intervals of the reports, by the stream's own time, so that a recording
 * gives the same reports as the live stream did. */
#ifndef TM_REPORT_INTERVAL_H
#define TM_REPORT_INTERVAL_H

#include <stdbool.h>

#include "common/record/event.h"

/* All zero except length_ns is a stream that has not begun. */
struct interval {
	uint64_t length_ns; /* 0 = the whole stream is one */
	uint64_t first_ns;  /* the stream's first time, 0 = none yet */
	uint64_t start_ns, end_ns;
	uint64_t newest_ns; /* the latest time seen since the clock was set */
	uint64_t heard_ns;  /* CLOCK_MONOTONIC of its first event, 0 = none */
	bool has_news;	    /* it holds events */
	bool has_ticks;	    /* the stream has a clock */
};

/* Call it before an event is counted: whether the event lies beyond the
 * interval. If the interval has events, a report on it is due; then
 * interval_next opens the interval of the event. Intervals without a report are
 * skipped. */
bool interval_is_over(struct interval *interval, const struct tm_event *event);

void interval_next(struct interval *interval, const struct tm_event *event);

/* After what was read has been counted, and whenever a signal came: whether a
 * live stream without TICKs has gone quiet before the interval's end. A report
 * is due then, and after that interval_skip. */
bool interval_is_overdue(struct interval *interval);

void interval_skip(struct interval *interval);

#endif
