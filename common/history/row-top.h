/* Selects the top rows. */
#ifndef TM_HISTORY_ROW_TOP_H
#define TM_HISTORY_ROW_TOP_H

#include "query.h"

/* Of rows with a time and other keys: those of the largest values of the other
 * keys stay, and the rest of each slot becomes one row. 0, or -1 with a
 * problem. */
int tm_history_rows_fold(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer);

#endif
