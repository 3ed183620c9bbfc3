/* Sums by what their keys turn out to be. */
#ifndef TM_SUMS_SETTLE_H
#define TM_SUMS_SETTLE_H

#include "keys.h"
#include "sums.h"

/* Makes sums of the same kind, in which rows whose keys have settled on the
 * same values are one. */
void tm_sums_settle(struct tm_sums *settled, const struct tm_sums *sums,
		const struct tm_keys *keys);

#endif
