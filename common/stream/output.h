/* Writes events, or anything else, completely. */
#ifndef TM_STREAM_OUTPUT_H
#define TM_STREAM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#define TM_OUTPUT_IS_INPUT                                                     \
	"is standard output too; write to another file" /* in messages */

struct stat;

/* Writes all bytes; 0, or -1 with errno. */
int tm_write(int fd, const void *data, size_t size);

/* How many bytes could be written: all of them, or less with errno. */
size_t tm_write_most(int fd, const void *data, size_t size);

/* Prepares standard output for events. NULL, or why it cannot take them. */
const char *tm_output_prepare(void);

/* Whether standard output is this regular file. */
bool tm_output_is(const struct stat *input);

#endif
