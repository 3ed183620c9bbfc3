/* Where a stream comes from, and whether it still does. */
#ifndef TM_TOP_SOURCE_H
#define TM_TOP_SOURCE_H

#include <stdbool.h>

#include "common/record/event.h"
#include "common/stream/open-runs.h"

struct source {
	char host[TM_HOST_SIZE + 1]; /* of the latest START, empty = none */
	struct tm_open_runs runs;
	bool has_ticks;
	uint64_t tick_ns;  /* of the latest TICK, */
	uint64_t heard_ns; /* and when it came, by CLOCK_MONOTONIC */
};

/* Looks at START, TICK and END; now_ns is CLOCK_MONOTONIC. */
void source_note(struct source *source, const struct tm_event *event,
		uint64_t now_ns);

#endif
