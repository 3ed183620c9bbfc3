#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/number.h"
#include "common/system/place.h"
#include "listen.h"

#define BACKLOG 511

static const char no_place[] = "not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH";

static const char *parse_unix(struct listen_place *place, const char *path)
{
	struct sockaddr_un *const address = (void *)&place->address;

	if (!*path)
		return no_place;
	if (strlen(path) >= sizeof(address->sun_path))
		return "longer than the path of a socket may be";
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	place->size = sizeof(*address);
	return NULL;
}

static void set_ipv4(struct listen_place *place, const void *bytes)
{
	struct sockaddr_in *const address = (void *)&place->address;

	address->sin_family = AF_INET;
	memcpy(&address->sin_addr, bytes, 4);
	place->size = sizeof(*address);
}

/* A zone, as in fe80::1%eth0, names the interface. */
static const char *parse_ipv6(struct listen_place *place, char *text)
{
	struct sockaddr_in6 *const address = (void *)&place->address;
	char *const zone = strchr(text, '%');
	struct in6_addr bytes;
	unsigned scope = 0;

	if (zone) {
		*zone = '\0';
		scope = if_nametoindex(zone + 1);
		if (!scope)
			return "there is no such interface";
	}
	if (inet_pton(AF_INET6, text, &bytes) != 1)
		return no_place;
	if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
		set_ipv4(place, &bytes.s6_addr[12]);
		return NULL;
	}
	address->sin6_family = AF_INET6;
	address->sin6_addr = bytes;
	address->sin6_scope_id = scope;
	place->size = sizeof(*address);
	return NULL;
}

const char *place_parse_host(struct listen_place *place, const char *text)
{
	const size_t length = strlen(text);
	char host[LISTEN_HOST_SIZE];
	struct in_addr bytes;

	if (*text != '[') {
		if (inet_pton(AF_INET, text, &bytes) != 1)
			return no_place;
		set_ipv4(place, &bytes);
		return NULL;
	}
	if (length >= sizeof(host) || text[length - 1] != ']')
		return no_place;
	memcpy(host, text + 1, length - 2);
	host[length - 2] = '\0';
	return parse_ipv6(place, host);
}

static bool place_lacks_zone(const struct listen_place *place)
{
	const struct sockaddr_in6 *const address =
			(const void *)&place->address;

	return address->sin6_family == AF_INET6 &&
			IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr) &&
			!address->sin6_scope_id;
}

const char *place_parse(struct listen_place *place, const char *text)
{
	/* sin6_port is where sin_port is */
	struct sockaddr_in *const address = (void *)&place->address;
	const char *const colon = strrchr(text, ':');
	char host[LISTEN_HOST_SIZE];
	const char *problem;
	uint64_t port;

	memset(place, 0, sizeof(*place));
	place->text = text;
	if (!strncmp(text, "unix:", 5))
		return parse_unix(place, text + 5);
	if (!colon || !tm_number_parse(colon + 1, UINT16_MAX, &port) ||
			(size_t)(colon - text) >= sizeof(host))
		return no_place;
	memcpy(host, text, colon - text);
	host[colon - text] = '\0';
	problem = place_parse_host(
			place, strcmp(host, "localhost") ? host : "127.0.0.1");
	address->sin_port = htons(port);
	if (!problem && place_lacks_zone(place))
		return "of which interface (as in [fe80::1%eth0]:8080)?";
	return problem;
}

const char *place_path(const struct listen_place *place)
{
	const struct sockaddr_un *const address = (const void *)&place->address;

	return address->sun_family == AF_UNIX ? address->sun_path : NULL;
}

bool place_is_loopback(const struct listen_place *place)
{
	const struct sockaddr_in *const ipv4 = (const void *)&place->address;
	const struct sockaddr_in6 *const ipv6 = (const void *)&place->address;

	switch (place->address.ss_family) {
	case AF_INET:
		return ntohl(ipv4->sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
	default:
		return false;
	}
}

bool place_is_any(const struct listen_place *place)
{
	const struct sockaddr_in *const ipv4 = (const void *)&place->address;
	const struct sockaddr_in6 *const ipv6 = (const void *)&place->address;

	return place->address.ss_family == AF_INET
			? ipv4->sin_addr.s_addr == INADDR_ANY
			: place->address.ss_family == AF_INET6 &&
					IN6_IS_ADDR_UNSPECIFIED(
							&ipv6->sin6_addr);
}

bool place_is_same(const struct listen_place *place,
		const struct listen_place *other)
{
	const struct sockaddr_in *const a4 = (const void *)&place->address;
	const struct sockaddr_in *const b4 = (const void *)&other->address;
	const struct sockaddr_in6 *const a6 = (const void *)a4;
	const struct sockaddr_in6 *const b6 = (const void *)b4;

	if (a4->sin_family != b4->sin_family)
		return false;
	return a4->sin_family == AF_INET
			? a4->sin_addr.s_addr == b4->sin_addr.s_addr
			: a4->sin_family == AF_INET6 &&
					IN6_ARE_ADDR_EQUAL(&a6->sin6_addr,
							&b6->sin6_addr);
}

bool place_is_local(const struct listen_place *place)
{
	return place_path(place) || place_is_loopback(place);
}

/* --- for people --- */

/* Whether other machines can reach the address: it is neither loopback nor
 * link-local, and its interface is up. */
static bool is_reached(const struct ifaddrs *one)
{
	const struct sockaddr_in6 *const ipv6 = (const void *)one->ifa_addr;

	return one->ifa_addr && one->ifa_flags & IFF_RUNNING &&
			!(one->ifa_flags & IFF_LOOPBACK) &&
			(one->ifa_addr->sa_family == AF_INET ||
					(one->ifa_addr->sa_family == AF_INET6 &&
							!IN6_IS_ADDR_LINKLOCAL(
									&ipv6->sin6_addr)));
}

/* Whether a socket of that family that listens on all addresses accepts
 * connections to it; an IPv6 socket also accepts those to IPv4 addresses. */
static bool is_heard(const struct ifaddrs *one, sa_family_t family)
{
	return family == AF_INET6 || one->ifa_addr->sa_family == family;
}

/* Browsers cannot open the wildcard address. Replaces it by the first address
 * that other machines can reach, or else by the loopback address. */
static void place_make_usable(struct listen_place *place)
{
	const sa_family_t family = place->address.ss_family;
	const in_port_t port = ((const struct sockaddr_in *)(const void *)&place
						->address)
					       ->sin_port;
	struct sockaddr_in *const address = (void *)&place->address;
	struct ifaddrs *all = NULL, *one;

	if (!place_is_any(place))
		return;
	if (getifaddrs(&all))
		all = NULL;
	for (one = all; one; one = one->ifa_next) {
		if (is_reached(one) && is_heard(one, family))
			break;
	}
	place_parse_host(place, family == AF_INET ? "127.0.0.1" : "[::1]");
	if (one)
		memcpy(&place->address, one->ifa_addr,
				one->ifa_addr->sa_family == AF_INET
						? sizeof(struct sockaddr_in)
						: sizeof(struct sockaddr_in6));
	address->sin_port = port;
	freeifaddrs(all);
}

static void write_url(struct listen_place *place)
{
	struct listen_place shown = *place;
	const struct sockaddr_in *const ipv4 = (const void *)&shown.address;
	const struct sockaddr_in6 *const ipv6 = (const void *)&shown.address;
	char text[INET6_ADDRSTRLEN], zone[IF_NAMESIZE] = "";

	place_make_usable(&shown);
	if (shown.address.ss_family == AF_INET)
		snprintf(place->url, sizeof(place->url), "http://%s:%u/",
				inet_ntop(AF_INET, &ipv4->sin_addr, text,
						sizeof(text)),
				ntohs(ipv4->sin_port));
	else if (shown.address.ss_family == AF_INET6)
		snprintf(place->url, sizeof(place->url), "http://[%s%s%s]:%u/",
				inet_ntop(AF_INET6, &ipv6->sin6_addr, text,
						sizeof(text)),
				ipv6->sin6_scope_id ? "%25" : "",
				ipv6->sin6_scope_id && if_indextoname(ipv6->sin6_scope_id, zone)
						? zone
						: "",
				ntohs(ipv6->sin6_port));
	else
		snprintf(place->url, sizeof(place->url), "%s", place->text);
}

/* A socket that a killed server left behind: nobody answers there. */
static bool is_left_behind(const struct sockaddr_un *address)
{
	struct stat status;
	bool is_dead = false;
	int try;

	if (!lstat(address->sun_path, &status) && S_ISSOCK(status.st_mode)) {
		try = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		is_dead = try >= 0 &&
				connect(try, (const void *)address,
						sizeof(*address)) &&
				errno == ECONNREFUSED;
		if (try >= 0)
			close(try);
	}
	errno = EADDRINUSE;
	return is_dead;
}

static int bind_there(int socket, int directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int result;

	/* by descriptor: the path may lead elsewhere by now */
	if (snprintf(address.sun_path, sizeof(address.sun_path),
			    "/proc/self/fd/%d/%s", directory,
			    name) >= (int)sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	mask = umask(0117);
	result = bind(socket, (const void *)&address, sizeof(address));
	if (result && errno == EADDRINUSE && is_left_behind(&address)) {
		unlink(address.sun_path);
		result = bind(socket, (const void *)&address, sizeof(address));
	}
	umask(mask);
	return result;
}

static int bind_unix(int socket, const struct listen_place *place,
		const char **problem)
{
	static struct tm_refusal refusal;
	const char *name;
	const int directory = tm_place_open_for(
			place_path(place), &name, TM_TRUST_ROOT, &refusal);
	int result, error;

	if (directory < 0) {
		if (refusal.flaw != TM_FLAW_ERROR)
			*problem = refusal.text;
		return -1;
	}
	result = bind_there(socket, directory, name);
	error = errno;
	close(directory);
	errno = error;
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

int place_listen(struct listen_place *place, const char **problem)
{
	const bool is_unix = place->address.ss_family == AF_UNIX;
	const int fd = socket(place->address.ss_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*problem = NULL;
	if (fd < 0)
		return -1;
	if ((is_unix ? bind_unix(fd, place, problem) : bind_inet(fd, place)) ||
			listen(fd, BACKLOG)) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	write_url(place);
	return fd;
}
