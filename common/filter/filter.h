/* Applies a filter to a stream. */
#ifndef TM_FILTER_FILTER_H
#define TM_FILTER_FILTER_H

#include <sys/types.h>

#include "drops.h"
#include "program.h"

struct tm_filter {
	struct tm_sources sources;
	struct tm_program program;
	struct tm_drops drops;
	bool counts_kept; /* into these */
	uint64_t events;
	struct tm_amount amount;
};

/* Moves the events to keep, and all records other than traffic, to the front.
 * Returns how many, or -1 with errno. */
ssize_t tm_filter_sift(
		struct tm_filter *filter, struct tm_event *events, size_t n);

/* Frees everything except the names and the projects of a file, which belong to
 * the caller. */
void tm_filter_free(struct tm_filter *filter);

#endif
