#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/number.h"
#include "listen.h"

#define BACKLOG 511

static bool parse_unix(struct listen_place *place, const char *path)
{
	struct sockaddr_un *const address = (void *)&place->address;

	if (!*path || strlen(path) >= sizeof(address->sun_path))
		return false;
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	place->size = sizeof(*address);
	return true;
}

static bool parse_ipv6(
		struct listen_place *place, const char *text, uint16_t port)
{
	struct sockaddr_in6 *const address = (void *)&place->address;

	address->sin6_family = AF_INET6;
	address->sin6_port = htons(port);
	place->size = sizeof(*address);
	return inet_pton(AF_INET6, text, &address->sin6_addr) == 1;
}

static bool parse_ipv4(
		struct listen_place *place, const char *text, uint16_t port)
{
	struct sockaddr_in *const address = (void *)&place->address;

	address->sin_family = AF_INET;
	address->sin_port = htons(port);
	place->size = sizeof(*address);
	return inet_pton(AF_INET, text, &address->sin_addr) == 1;
}

bool place_parse(struct listen_place *place, const char *text)
{
	const char *const colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	uint64_t port;
	size_t length;

	memset(place, 0, sizeof(*place));
	place->text = text;
	if (!strncmp(text, "unix:", 5))
		return parse_unix(place, text + 5);
	if (!colon || !tm_number_parse(colon + 1, UINT16_MAX, &port))
		return false;
	length = colon - text;
	if (length >= sizeof(host))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (*host != '[')
		return parse_ipv4(place,
				strcmp(host, "localhost") ? host : "127.0.0.1",
				port);
	if (host[length - 1] != ']')
		return false;
	host[length - 1] = '\0';
	return parse_ipv6(place, host + 1, port);
}

const char *place_path(const struct listen_place *place)
{
	const struct sockaddr_un *const address = (const void *)&place->address;

	return address->sun_family == AF_UNIX ? address->sun_path : NULL;
}

bool place_is_local(const struct listen_place *place)
{
	const struct sockaddr_in *const ipv4 = (const void *)&place->address;
	const struct sockaddr_in6 *const ipv6 = (const void *)&place->address;

	switch (place->address.ss_family) {
	case AF_INET:
		return ntohl(ipv4->sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
	default:
		return true;
	}
}

static void write_url(struct listen_place *place)
{
	const struct sockaddr_in *const ipv4 = (const void *)&place->address;
	const struct sockaddr_in6 *const ipv6 = (const void *)&place->address;
	char text[INET6_ADDRSTRLEN];

	if (place->address.ss_family == AF_INET)
		snprintf(place->url, sizeof(place->url), "http://%s:%u/",
				inet_ntop(AF_INET, &ipv4->sin_addr, text,
						sizeof(text)),
				ntohs(ipv4->sin_port));
	else if (place->address.ss_family == AF_INET6)
		snprintf(place->url, sizeof(place->url), "http://[%s]:%u/",
				inet_ntop(AF_INET6, &ipv6->sin6_addr, text,
						sizeof(text)),
				ntohs(ipv6->sin6_port));
	else
		snprintf(place->url, sizeof(place->url), "%s", place->text);
}

/* A socket that a killed server left behind: nobody answers there. */
static bool is_left_behind(const struct listen_place *place)
{
	const struct sockaddr_un *const address = (const void *)&place->address;
	struct stat status;
	bool is_dead = false;
	int try;

	if (!lstat(address->sun_path, &status) && S_ISSOCK(status.st_mode)) {
		try = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		is_dead = try >= 0 &&
				connect(try, (const void *)address,
						place->size) &&
				errno == ECONNREFUSED;
		if (try >= 0)
			close(try);
	}
	errno = EADDRINUSE;
	return is_dead;
}

static int bind_unix(int socket, const struct listen_place *place)
{
	const struct sockaddr_un *const address = (const void *)&place->address;
	const mode_t mask = umask(0117);
	int result = bind(socket, (const void *)address, place->size);

	if (result && errno == EADDRINUSE && is_left_behind(place)) {
		unlink(address->sun_path);
		result = bind(socket, (const void *)address, place->size);
	}
	umask(mask);
	return result;
}

static int bind_inet(int socket, struct listen_place *place)
{
	const int on = 1;

	if (setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
			bind(socket, (const void *)&place->address,
					place->size))
		return -1;
	return getsockname(socket, (void *)&place->address, &place->size);
}

int place_listen(struct listen_place *place)
{
	const bool is_unix = place->address.ss_family == AF_UNIX;
	const int fd = socket(place->address.ss_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if ((is_unix ? bind_unix(fd, place) : bind_inet(fd, place)) ||
			listen(fd, BACKLOG)) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	write_url(place);
	return fd;
}
