/* Where it listens, and the names that requests may call that place by. */
#ifndef TM_WEB_LISTEN_H
#define TM_WEB_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct listen_place {
	const char *text; /* 127.0.0.1:8080, [::1]:0, unix:PATH */
	struct sockaddr_storage address;
	socklen_t size;
	char url[160]; /* for people, once it listens */
};

/* False when it is no such text. */
bool place_parse(struct listen_place *place, const char *text);

/* Of a Unix socket, else NULL. */
const char *place_path(const struct listen_place *place);

/* Whether nobody on another machine reaches it. */
bool place_is_local(const struct listen_place *place);

/* The socket, listening; port 0 has become one that was free. -1 and errno. A
 * Unix socket that nobody answers at is replaced; owner and group may connect
 * to it. */
int place_listen(struct listen_place *place);

#endif
