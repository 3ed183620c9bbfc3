/* Live traffic as server-sent events: a thread watches the database for commits
 * and sends what they added to every listener. */
#ifndef TM_WEB_LIVE_H
#define TM_WEB_LIVE_H

#include <stdbool.h>

#include "request.h"

/* 0, or -1 and errno. */
int live_start(const char *path);

/* The stream that answers the request; NULL when there are too many, or no
 * memory. */
struct MHD_Response *live_open(struct request *request);

#endif
