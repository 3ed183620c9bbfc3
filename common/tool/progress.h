/* One line about the progress of a tool: for SIGUSR1 and for a terminal. */
#ifndef TM_TOOL_PROGRESS_H
#define TM_TOOL_PROGRESS_H

#include "common/stream/reader.h"

#define TM_PROGRESS_SIZE 128

struct tm_progress {
	uint64_t start_ns; /* CLOCK_MONOTONIC */
	uint64_t due_ns;
	bool wanted;
	bool is_shown;
	char text[TM_PROGRESS_SIZE];
};

/* Progress is shown if standard error is a terminal, unless quiet. */
void tm_progress_start(struct tm_progress *progress, bool quiet);

/* Whether it is due: once a second, from the second second on. */
bool tm_progress_due(struct tm_progress *progress);

/* Show it on the terminal if it is due, and erase it. */
void tm_progress_show(
		struct tm_progress *progress, const struct tm_reader *reader);
void tm_progress_clear(struct tm_progress *progress);

/* "1234567 events, 1.2 M/s, 0 lost, 45 %"; percent only for files. The text
 * is the progress's own. */
const char *tm_progress_text(
		struct tm_progress *progress, const struct tm_reader *reader);

/* The same for events that no reader counted, without percent. */
const char *tm_progress_counts(struct tm_progress *progress, uint64_t events,
		uint64_t lost_packets);

#endif
