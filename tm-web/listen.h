/* Where it listens, and the names that requests may call that place by. */
#ifndef TM_WEB_LISTEN_H
#define TM_WEB_LISTEN_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#define LISTEN_HOST_SIZE                                                       \
	(INET6_ADDRSTRLEN + IF_NAMESIZE + 2) /* [fe80::1%eth0] */

struct listen_place {
	const char *text; /* 127.0.0.1:8080, [::1]:0, unix:PATH */
	struct sockaddr_storage address;
	socklen_t size;
	char url[160]; /* for people, once it listens: one that they can open */
};

/* NULL, or why it is no such text. */
const char *place_parse(struct listen_place *place, const char *text);

/* An address as a URL has it: 192.0.2.1, [2001:db8::1]. The place stays as it
 * is where it is none. NULL, or why not. */
const char *place_parse_host(struct listen_place *place, const char *text);

/* Of a Unix socket, else NULL. */
const char *place_path(const struct listen_place *place);

/* Whether it is an address of the loopback interface; whether it is all
 * addresses of this host; whether both have the same address. */
bool place_is_loopback(const struct listen_place *place);
bool place_is_any(const struct listen_place *place);
bool place_is_same(const struct listen_place *place,
		const struct listen_place *other);

/* Whether nobody on another machine reaches it. */
bool place_is_local(const struct listen_place *place);

/* The socket, listening; port 0 has become one that was free. A Unix socket
 * that nobody answers at is replaced; owner and group may connect to it. Nobody
 * else may write in its directory, because he could put his own in its place.
 * -1, and *problem or for NULL errno. */
int place_listen(struct listen_place *place, const char **problem);

#endif
