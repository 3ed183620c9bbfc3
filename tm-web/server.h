/* HTTP: takes requests in, has them answered, sends the answers. */
#ifndef TM_WEB_SERVER_H
#define TM_WEB_SERVER_H

#include "gate.h"

struct server {
	struct gate gate;
	const char *database;
	const char *base; /* the path that a proxy serves it at: / or /tm/ */
	bool is_verbose;
};

/* On a socket that listens. 0, or -1 and errno. */
int server_start(const struct server *server, int socket);

#endif
