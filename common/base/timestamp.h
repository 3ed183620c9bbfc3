/* Points in time as RFC 3339 text with nanoseconds. */
#ifndef TM_BASE_TIMESTAMP_H
#define TM_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TM_TIMESTAMP_SIZE 30 /* 2023-11-14T22:13:20.000000000Z, no NUL */

/* Any uint64_t fits (up to the year 2554); returns the end. */
char *tm_timestamp_format(char out[TM_TIMESTAMP_SIZE], uint64_t time_ns);

/* Up to nine digits behind the second, then Z or an offset (+01:00). False
 * when foreign, no such day, before 1970 or behind 2554. */
bool tm_timestamp_parse(const char *text, size_t length, uint64_t *time_ns);

#endif
