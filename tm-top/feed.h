/* The events, as they come; those of recordings at the pace of their own
 * time. */
#ifndef TM_TOP_FEED_H
#define TM_TOP_FEED_H

#include "common/stream/reader.h"

struct feed {
	struct tm_reader reader;
	struct tm_event *events; /* read, and not yet due */
	size_t count;
	uint64_t given; /* that were taken, of all */
	char *const *paths;
	bool is_recording; /* all of it is in files */
	bool has_ended;
	double speed;	    /* 0 = as fast as it goes */
	uint64_t stream_ns; /* when this was due, */
	uint64_t began_ns;  /* by CLOCK_MONOTONIC */
	uint64_t newest_ns; /* given out */
};

/* 0, or -1 with the reader's problem and status set. */
int feed_open(struct feed *feed, char *const *paths, double speed);

/* What there is by now: a count of events in *events; 0 when there is none,
 * or a signal came. Waits for the first ones of a live stream, and never else.
 * At the end has_ended is set. */
size_t feed_take(struct feed *feed, struct tm_event **events);

/* Reads a recording from its beginning once more: hands what was taken so far
 * to the function until that returns another value than 0. */
typedef int feed_fn(void *context, struct tm_event *event);
void feed_read_again(const struct feed *feed, feed_fn *take, void *context);

/* The last so many of what was taken come again. */
void feed_give_back(struct feed *feed, size_t n);

/* How long there is nothing to take, 0 to limit_ms; in *fd what ends that
 * earlier, or -1. */
int feed_wait_ms(const struct feed *feed, int limit_ms, int *fd);

void feed_set_speed(struct feed *feed, double speed);

#endif
