/* Brings a database of an older format up to date. */
#ifndef TM_HISTORY_CONVERSION_H
#define TM_HISTORY_CONVERSION_H

struct tm_history;

/* Copies the tables that got keys, beside the old ones, and then puts them in
 * their place in one transaction: until then the database is as it was, for
 * readers too, and whoever comes after an interruption begins anew. Nothing is
 * to be done where it is of the present format. For who holds the writer's
 * lock. 0, or -1 with a problem. */
int tm_history_convert(struct tm_history *history);

#endif
