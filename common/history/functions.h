/* Sums in SQL. SQLite's own sum() is an error beyond 63 bits, and its + becomes
 * inexact; a stream that was forged must not stop the history. */
#ifndef TM_HISTORY_FUNCTIONS_H
#define TM_HISTORY_FUNCTIONS_H

#include "database.h"

/* Defines tm_sum(x), which adds up a group, and tm_add(a, b). Both stay at the
 * largest number. 0, or -1. */
int tm_history_add_functions(struct tm_history *history);

/* What a column can hold of an amount. */
int64_t tm_history_amount(uint64_t amount);

#endif
