/* Writes events, or anything else, and all of it. */
#ifndef TM_STREAM_OUTPUT_H
#define TM_STREAM_OUTPUT_H

#include <stddef.h>

/* Writes all of it; 0, or -1 and errno. */
int tm_write(int fd, const void *data, size_t size);

/* Makes standard output fit for events. NULL, or why it is not. */
const char *tm_output_prepare(void);

#endif
