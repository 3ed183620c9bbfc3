/* The marks as rows of a database. */
#ifndef TM_HISTORY_MARKS_H
#define TM_HISTORY_MARKS_H

#include "database.h"

int tm_history_read_marks(struct tm_history *history);
int tm_history_write_marks(struct tm_history *history);

#endif
