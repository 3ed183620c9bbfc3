/* The paths that answer from the database. */
#ifndef TM_WEB_ROUTES_H
#define TM_WEB_ROUTES_H

#include "request.h"
#include "web-database.h"

struct route {
	const char *path; /* a path that ends in / is the beginning of others */
	void (*answer)(struct tm_history *history, struct request *request);
	bool is_live; /* the answer is a stream of events */
};

/* NULL when there is none of that path. */
const struct route *route_find(const char *path);

/* In a thread of the pool: fills the request's answer. */
void route_answer(struct database *database, struct request *request);

/* With --user-from-header: the name of the header. */
extern const char *route_user_header;

#endif
