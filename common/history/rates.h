/* How fast the traffic of rows was: the peak and the 95th percentile. */
#ifndef TM_HISTORY_RATES_H
#define TM_HISTORY_RATES_H

#include "query.h"

#define TM_HISTORY_RATES_MOST 100 /* rows */

/* In bytes a second, the average of a slot. The high one is exceeded in no more
 * than 5 % of the slots, as bandwidth is billed. */
struct tm_history_rate {
	uint64_t peak[2], high[2]; /* by direction */
	uint64_t peak_total, high_total;
};

struct tm_history_rates {
	enum tm_history_resolution resolution;
	size_t slots;		       /* with those that nothing moved in */
	struct tm_history_rate *rates; /* one for each row */
};

/* Of the rows of an answer, which have no time and are not too many. Slots are
 * minutes where they are all there and no more than a week's (by remote, as
 * many as can be read soon), else hours, days or months. */
int tm_history_rates(struct tm_history *history,
		const struct tm_history_rows_query *query,
		const struct tm_history_row *rows, size_t count,
		struct tm_history_rates *answer);
void tm_history_rates_free(struct tm_history_rates *answer);

#endif
