/* Numbers the distinct keys of 16 bytes that it is shown: 0, 1, 2, ... */
#ifndef TM_STORE_WIDE_H
#define TM_STORE_WIDE_H

#include "common/base/map.h"

#define WIDE_NONE TM_MAP_NONE

struct wide_key {
	uint64_t high, low;
};

/* All zero is empty. */
struct wide {
	struct wide_key *keys; /* by number */
	struct tm_map map;
	uint32_t count, room;
};

/* The key's number, a new one (count before) for a new key; or WIDE_NONE when
 * there is no memory. */
uint32_t wide_add(struct wide *wide, const void *key);

/* The key's number, or WIDE_NONE. */
uint32_t wide_known(const struct wide *wide, const void *key);

void wide_free(struct wide *wide);

#endif
