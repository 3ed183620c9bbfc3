/* What is taken for a recording and is none, by its first bytes. */
#ifndef TM_STREAM_FOREIGN_H
#define TM_STREAM_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

static inline bool tm_foreign_is_gzip(const unsigned char bytes[2])
{
	return bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* Why this is the beginning neither of events, of whatever version, nor of
 * gzip; NULL if it is, or if it is too short to tell. */
const char *tm_foreign_problem(const void *bytes, size_t size);

/* The same of a file, from where it stands. */
const char *tm_foreign_look(int fd);

#endif
