/* Numbers the distinct keys of 16 bytes that it is shown: 0, 1, 2, ... */
#ifndef TM_HISTORY_WIDE_H
#define TM_HISTORY_WIDE_H

#include "common/base/map.h"

#define TM_WIDE_NONE TM_MAP_NONE

struct tm_wide_key {
	uint64_t high, low;
};

/* All zero is empty. */
struct tm_wide {
	struct tm_wide_key *keys; /* indexed by number */
	struct tm_map map;
	uint32_t count, room;
};

/* The key's number, a new one (count before) for a new key; or TM_WIDE_NONE
 * when there is no memory. */
uint32_t tm_wide_add(struct tm_wide *wide, const void *key);

/* Returns the key's number, or TM_WIDE_NONE. */
uint32_t tm_wide_known(const struct tm_wide *wide, const void *key);

void tm_wide_free(struct tm_wide *wide);

#endif
