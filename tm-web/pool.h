/* The threads that ask the database, so that a long question holds up no
 * other connection. Each has a view of its own. */
#ifndef TM_WEB_POOL_H
#define TM_WEB_POOL_H

#include <stdbool.h>

#include "request.h"

/* 0, or -1 and errno. */
int pool_start(const char *path);

/* Suspends the request's connection until it has been answered; false when too
 * many wait already. */
bool pool_take(struct request *request);

#endif
