/* Writes events, or anything else, completely. */
#ifndef TM_STREAM_OUTPUT_H
#define TM_STREAM_OUTPUT_H

#include <stddef.h>

/* Writes all bytes; 0, or -1 with errno. */
int tm_write(int fd, const void *data, size_t size);

/* Prepares standard output for events. NULL, or why it cannot take them. */
const char *tm_output_prepare(void);

#endif
