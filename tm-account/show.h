/* What a state holds, as text. */
#ifndef TM_ACCOUNT_SHOW_H
#define TM_ACCOUNT_SHOW_H

#include "counter.h"

/* Reads it into the counter and prints it; the exit code. */
int show_state(const char *path, struct counter *counter);

#endif
