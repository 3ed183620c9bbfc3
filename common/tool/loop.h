/* What every tool does that reads events: opens its input, looks at the signals
 * between one block and the next, shows how far it is, and ends with the exit
 * code that the input deserves. What is wrong it says and ends the process. */
#ifndef TM_TOOL_LOOP_H
#define TM_TOOL_LOOP_H

#include "common/base/text.h"
#include "common/stream/reader.h"

/* What take answers besides an exit code. */
#define TM_GO_ON (-1)
#define TM_ENOUGH (-2) /* the code is as if this had been the end */

struct tm_loop {
	void *context;
	bool is_quiet;	/* no progress */
	bool has_rows;	/* prints as it reads: no progress between its lines */
	bool is_strict; /* lost events are exit code 4 */
	/* Takes a block. There may be none in it: a signal came. */
	int (*take)(void *context, struct tm_event *events, size_t n);
	/* On SIGHUP, before the block that came after it; or NULL. */
	void (*reopen)(void *context);
	/* How long work can wait while no block comes, -1 = for ever; or NULL,
	 * and work too. */
	int (*patience_ms)(const void *context);
	void (*work)(void *context);
	/* More for the line of statistics; or NULL. */
	void (*add)(const void *context, struct tm_text *line);
};

/* Installs the signals and opens the input; or ends the process. */
void tm_loop_open(struct tm_reader *in, char *const *paths);

/* The exit code, once all was read or take had enough. What is wrong with the
 * input was said. */
int tm_loop_run(const struct tm_loop *loop, struct tm_reader *in);

/* Ends the process where events would go to a terminal. */
void tm_loop_prepare_output(void);

/* Writes to standard output: TM_GO_ON, TM_DONE when its reader has seen enough,
 * or TM_FAILED, which was said. */
int tm_loop_write(const void *data, size_t size);

/* Closes standard output; TM_FAILED in the place of TM_DONE, and said, when
 * that fails. */
int tm_loop_close(int status);

#endif
