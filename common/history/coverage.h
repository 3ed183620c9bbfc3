/* When a source was there. */
#ifndef TM_HISTORY_COVERAGE_H
#define TM_HISTORY_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

struct tm_history;

struct tm_coverage_span {
	uint64_t begin_ns, end_ns;
};

/* All zero is none. */
struct tm_coverage {
	struct tm_coverage_span *spans; /* to be written */
	uint32_t count, room;
	bool is_open; /* the last span grows */
	bool has_ticks;
};

/* Something of that time was there. */
void tm_coverage_note(struct tm_coverage *coverage, uint64_t time_ns);

/* Writes the spans, within a transaction; _settle once it is committed. 0, or
 * -1 with a problem. */
int tm_coverage_write(
		const struct tm_coverage *coverage, struct tm_history *history);
void tm_coverage_settle(struct tm_coverage *coverage);

void tm_coverage_free(struct tm_coverage *coverage);

#endif
