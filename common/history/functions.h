/* Sums in SQL. Beyond 63 bits SQLite's sum() fails and its + becomes inexact; a
 * forged stream must not stop the history. */
#ifndef TM_HISTORY_FUNCTIONS_H
#define TM_HISTORY_FUNCTIONS_H

#include "database.h"

/* Defines tm_sum(x), which adds up a group, and tm_add(a, b). Both stay at the
 * largest number. 0, or -1. */
int tm_history_add_functions(struct tm_history *history);

/* An amount, limited to what a column can hold. */
int64_t tm_history_amount(uint64_t amount);

#endif
