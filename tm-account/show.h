/* What a state holds, as text. */
#ifndef TM_ACCOUNT_SHOW_H
#define TM_ACCOUNT_SHOW_H

#include "count.h"

/* Reads it into the counter and prints it; the exit code. */
int tm_show(const char *path, struct tm_counter *counter);

#endif
