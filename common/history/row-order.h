/* The order of rows. */
#ifndef TM_HISTORY_ROW_ORDER_H
#define TM_HISTORY_ROW_ORDER_H

#include "query.h"

/* Whether the row is the remainder. */
bool tm_history_row_is_remainder(const struct tm_history_row *row, unsigned by);

/* By the keys other than time: any order, 0 = the same ones. */
int tm_history_row_compare_values(
		const struct tm_history_row *a, const struct tm_history_row *b);

void tm_history_rows_sort(struct tm_history_row *rows, size_t count,
		unsigned by, enum tm_history_sort sort, bool is_ascending);

#endif
