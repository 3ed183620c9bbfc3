/* The contents of a state as text. */
#ifndef TM_ACCOUNT_SHOW_H
#define TM_ACCOUNT_SHOW_H

#include "counter.h"

/* Reads a state into the counter and prints it. Returns the exit code. */
int show_state(const char *path, struct counter *counter);

#endif
