/* One line about how far a tool has come: for SIGUSR1 and for a terminal. */
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

/* Progress is wanted where standard error is a terminal, unless quiet. */
void tm_progress_start(struct tm_progress *progress, bool quiet);

/* Once a second where it is wanted, from the second second on. */
bool tm_progress_due(struct tm_progress *progress);

/* Shows it on the terminal where it is due, and takes it away again. */
void tm_progress_show(
		struct tm_progress *progress, const struct tm_reader *reader);
void tm_progress_clear(struct tm_progress *progress);

/* "1234567 events, 1.2 M/s, 0 lost, 45 %"; percent only for files. The text
 * is the progress's own. */
const char *tm_progress_text(
		struct tm_progress *progress, const struct tm_reader *reader);

/* The same of what was not counted by a reader, without percent. */
const char *tm_progress_counts(struct tm_progress *progress, uint64_t events,
		uint64_t lost_packets);

#endif
