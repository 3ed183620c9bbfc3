/* The loop of every tool that reads events. It opens the input, attends to
 * signals between two blocks, shows progress, and returns the exit code that
 * the input deserves. It reports what is wrong itself. */
#ifndef TM_TOOL_LOOP_H
#define TM_TOOL_LOOP_H

#include "common/base/text.h"
#include "common/stream/reader.h"

/* What take returns besides an exit code. */
#define TM_GO_ON (-1)
#define TM_ENOUGH (-2) /* stop, with the exit code of a complete input */

struct tm_loop {
	void *context;
	bool is_quiet;	/* no progress */
	bool has_rows;	/* the tool prints while it reads, so progress is not
			   shown */
	bool is_strict; /* lost events are exit code 4 */
	/* Processes a block, which is empty after a signal. */
	int (*take)(void *context, struct tm_event *events, size_t n);
	/* On SIGHUP, before the next block; or NULL. */
	void (*reopen)(void *context);
	/* How long work can wait while no block comes, -1 = for ever; or NULL,
	 * and work too. */
	int (*patience_ms)(const void *context);
	void (*work)(void *context);
	/* Additional text for the line of statistics; or NULL. */
	void (*add)(const void *context, struct tm_text *line);
};

/* Installs the signal handlers and opens the input. Ends the process where that
 * fails. */
void tm_loop_open(struct tm_reader *in, char *const *paths);

/* Warns of each file that is named twice, which tm_loop_open does, too. */
void tm_loop_warn_of_twins(char *const *paths);

/* Reads to the end, or until take ends it, and returns the exit code. */
int tm_loop_run(const struct tm_loop *loop, struct tm_reader *in);

/* Exits with a message if standard output is a terminal. */
void tm_loop_prepare_output(void);

/* Writes to standard output. TM_GO_ON; TM_DONE when its reader has gone; or
 * TM_FAILED, after reporting why. */
int tm_loop_write(const void *data, size_t size);

/* Reports, once, that a sum stays at the largest number. tm_loop_run and
 * tm_loop_close do so; it is for those who add up after the one and without the
 * other. */
void tm_loop_say_overflow(void);

/* Closes standard output. Where that fails it reports why, and TM_DONE becomes
 * TM_FAILED. */
int tm_loop_close(int status);

#endif
