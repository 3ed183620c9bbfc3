/* What can be said of inputs before they are read, and at their end. */
#ifndef TM_STREAM_INPUT_CHECK_H
#define TM_STREAM_INPUT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TM_STANDARD_INPUT "standard input" /* in messages */

static inline bool tm_input_is_standard(const char *path)
{
	return path[0] == '-' && !path[1];
}

/* Whether a tool with these operands reads standard input. */
bool tm_inputs_have_standard(char *const *paths);

/* Whether all of them can be read and begin like recordings, so that none is
 * refused after a tool has made something of those before it. 0 and their size
 * as stored; or an exit code, with why in problem. */
int tm_inputs_check(
		char *const *paths, uint64_t *size, char *problem, size_t room);

/* Says that the input is a terminal; the exit code. */
int tm_input_refuse_terminal(const char *path, char *problem, size_t room);

/* Whether a process has the file open for writing. If this user may not know
 * that, whether it was written to just now. */
bool tm_input_is_written(int fd);

#endif
