/* What moves now, as server-sent events: the database's commits are noticed
 * and told to everybody who listens. */
#ifndef TM_WEB_WEB_EVENTS_H
#define TM_WEB_WEB_EVENTS_H

#include <stdbool.h>

#include "request.h"

/* 0, or -1 and errno. */
int events_start(const char *path);

/* The stream that answers the request; NULL when there are too many, or no
 * memory. */
struct MHD_Response *events_open(struct request *request);

#endif
