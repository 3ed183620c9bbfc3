/* A filter at work on a stream. */
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

/* Moves the events that are kept to the front, with all that are no traffic;
 * returns how many, or -1 and errno. */
ssize_t tm_filter_sift(
		struct tm_filter *filter, struct tm_event *events, size_t n);

/* All that it holds but the names, which are its user's. */
void tm_filter_free(struct tm_filter *filter);

#endif
