/* Merges rows whose keys turn out to be the same. */
#ifndef TM_SUMS_SETTLE_H
#define TM_SUMS_SETTLE_H

#include "keys.h"
#include "sums.h"

/* Makes a copy of the sums in which rows whose keys have settled on the same
 * values are one row. */
void tm_sums_settle(struct tm_sums *settled, const struct tm_sums *sums,
		const struct tm_keys *keys);

#endif
