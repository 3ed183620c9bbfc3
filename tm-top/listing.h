/* Plain tables, for scripts, logs and snapshots. */
#ifndef TM_TOP_LISTING_H
#define TM_TOP_LISTING_H

#include <stdio.h>

#include "top.h"

struct listing {
	FILE *out;
	struct rows *rows;
	bool is_bytes;
	uint64_t most; /* rows, 0 = all */
};

/* A line about the whole stream, and the table. Whether it could be written is
 * seen when out is flushed. */
void listing_print(const struct listing *listing, const struct top *top);

#endif
