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

/* NULL, or the reason why the text is invalid. */
const char *place_parse(struct listen_place *place, const char *text);

/* Parses an address as in a URL: 192.0.2.1, [2001:db8::1]. NULL, or the reason
 * why it is invalid; the place is then unchanged. */
const char *place_parse_host(struct listen_place *place, const char *text);

/* Of a Unix socket, else NULL. */
const char *place_path(const struct listen_place *place);

/* Whether it is a loopback address; whether it is the wildcard address; whether
 * both have the same address. */
bool place_is_loopback(const struct listen_place *place);
bool place_is_any(const struct listen_place *place);
bool place_is_same(const struct listen_place *place,
		const struct listen_place *other);

/* Whether no other machine can reach it. */
bool place_is_local(const struct listen_place *place);

/* Returns the listening socket; port 0 has been replaced by a free one. A Unix
 * socket without a server is replaced; its owner and group may connect to it.
 * Nobody else may be able to write in its directory, because they could replace
 * the socket. On failure -1, with *problem, or errno if that is NULL. */
int place_listen(struct listen_place *place, const char **problem);

#endif
