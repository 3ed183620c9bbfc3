/* The database as a file that others may write to, or move away. */
#ifndef TM_HISTORY_OPEN_H
#define TM_HISTORY_OPEN_H

#include <stdbool.h>

struct tm_history;

/* Opens the same name again, which may be another file by now. It stays locked.
 */
int tm_history_reopen(struct tm_history *history);

/* Whether the lock could be taken: for work that needs that nobody writes. */
bool tm_history_try_lock(struct tm_history *history);

/* Of the database, for confinement to it. */
int tm_history_directory(const struct tm_history *history);

#endif
