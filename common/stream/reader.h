/* Reads events from files, pipes and gzip. */
#ifndef TM_STREAM_READER_H
#define TM_STREAM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/record/event.h"

#define TM_PROBLEM_SIZE 512

/* The size of pipes at both ends, if the limits permit. */
#define TM_PIPE_SIZE (1 << 20)

struct tm_reader_input;

/* The state of reading. */
struct tm_reader {
	uint64_t events;       /* records passed on so far */
	uint64_t lost_packets; /* in the LOST records among them */
	uint64_t lost_bytes;
	int status;		       /* enum tm_exit, once reading ended */
	bool at_end;		       /* all of the input was read */
	char problem[TM_PROBLEM_SIZE]; /* why, in one line; empty = no problem
					*/
	struct tm_reader_input *input;
};

/* Paths end in NULL; none at all is standard input, and so is "-". The array
 * must outlive the reader. 0, or -1 with problem and status set. */
int tm_reader_open(struct tm_reader *reader, char *const *paths);

/* Hands out what there is, waiting only when there is nothing: a count of
 * events in *events, which the caller may change and which stay until the next
 * call; 0 when a signal came that wants to be looked at; -1 at the end, with
 * problem and status set unless all was well.
 *
 * After a request to stop, files end at once and pipes are drained: to their
 * end, or until a TICK shows that their source goes on regardless. */
ssize_t tm_reader_next(struct tm_reader *reader, struct tm_event **events);

/* Whether the next call will not have to wait, or so within timeout_ms (-1 = no
 * limit): 1, 0, or -1 when a signal came. */
int tm_reader_ready(const struct tm_reader *reader, int timeout_ms);

/* What a caller may poll beside descriptors of its own once the next call would
 * have to wait; -1 where it would not. */
int tm_reader_fd(const struct tm_reader *reader);

/* Percent of the named files that was read, -1 if unknown. */
int tm_reader_percent(const struct tm_reader *reader);

void tm_reader_close(struct tm_reader *reader);

#endif
