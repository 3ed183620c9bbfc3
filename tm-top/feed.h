/* Hands out the events of a stream as they come, and those of recordings at
 * their original pace. */
#ifndef TM_TOP_FEED_H
#define TM_TOP_FEED_H

#include "common/stream/reader.h"

struct feed {
	struct tm_reader reader;
	struct tm_event *events; /* read, and not handed out yet */
	size_t count;
	uint64_t given; /* events handed out so far */
	char *const *paths;
	bool is_recording; /* all input is in files */
	bool has_ended;
	double speed;	    /* 0 = as fast as possible */
	uint64_t stream_ns; /* when this was due, */
	uint64_t began_ns;  /* by CLOCK_MONOTONIC */
	uint64_t newest_ns; /* of what was handed out */
};

/* 0, or -1 with the reader's problem and status set. */
int feed_open(struct feed *feed, char *const *paths, double speed);

/* Hands out what is due: a count of events in *events, or 0 if there is none or
 * a signal came. Waits only for the first events of a live stream. Sets
 * has_ended at the end. */
size_t feed_take(struct feed *feed, struct tm_event **events);

/* Reads a recording from its beginning once more, and hands what was handed out
 * so far to the function until that returns another value than 0. */
typedef int feed_fn(void *context, struct tm_event *event);
void feed_read_again(const struct feed *feed, feed_fn *take, void *context);

/* Takes back the last n events, which are handed out again. */
void feed_give_back(struct feed *feed, size_t n);

/* How long there is nothing to hand out, from 0 to limit_ms; *fd is what ends
 * that earlier, or -1. */
int feed_wait_ms(const struct feed *feed, int limit_ms, int *fd);

void feed_set_speed(struct feed *feed, double speed);

#endif
