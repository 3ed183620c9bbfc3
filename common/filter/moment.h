/* Points in time as people write them. */
#ifndef TM_FILTER_MOMENT_H
#define TM_FILTER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds since the epoch, of: 2024-02-29, 2024-02-29T10:00 (or with a
 * space, seconds, a fraction; Z or +01:00, else local time); 1700000000 or
 * 1700000000.5 (since the epoch); 10m (before now). False when it is none. */
bool tm_moment_parse(const char *text, uint64_t now_ns, uint64_t *ns);

#endif
