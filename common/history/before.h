/* The same rows in an earlier period, for comparison. */
#ifndef TM_HISTORY_BEFORE_H
#define TM_HISTORY_BEFORE_H

#include "query.h"

/* The period before: of a month, a day, a week, a year or several of them,
 * whole or up to now, the one before up to the same point; else what is as
 * long. */
void tm_history_period_before(uint64_t from_ns, uint64_t to_ns,
		uint64_t *before_from_ns, uint64_t *before_to_ns);

struct tm_history_moved {
	struct tm_amount moved[2];
};

struct tm_history_before {
	uint64_t from_ns, to_ns;       /* of the period */
	struct tm_history_moved *rows; /* one for each */
	struct tm_history_moved sum;   /* of all that the question finds */
};

/* Looks up the rows of an answer, which have no time, in the period that the
 * query's filter names now. */
int tm_history_rows_before(struct tm_history *history,
		const struct tm_history_rows_query *query,
		const struct tm_history_row *rows, size_t count,
		struct tm_history_before *answer);
void tm_history_before_free(struct tm_history_before *answer);

#endif
