#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"

/* NAME, NAME:PORT or [ADDRESS]:PORT: the length of the part without the port.
 */
static size_t name_length(const char *host)
{
	const char *end = *host == '[' ? strchr(host, ']') : NULL;

	end = strchr(end ? end : host, ':');
	return end ? (size_t)(end - host) : strlen(host);
}

static bool is_name(const char *host, const char *name)
{
	const size_t length = name_length(host);

	return length == strlen(name) && !strncasecmp(host, name, length);
}

static unsigned port_of(const char *host)
{
	const char *const text = host + name_length(host);

	return *text ? strtoul(text + 1, NULL, 10) : 80;
}

/* A name can be made to point here, an address cannot. */
static bool is_address(const char *host)
{
	char text[INET6_ADDRSTRLEN + 2];
	const size_t length = name_length(host);
	struct in6_addr address;

	if (length >= sizeof(text))
		return false;
	memcpy(text, host, length);
	text[length] = '\0';
	if (inet_pton(AF_INET, text, &address) == 1)
		return true;
	if (*text != '[' || text[length - 1] != ']')
		return false;
	text[length - 1] = '\0';
	return inet_pton(AF_INET6, text + 1, &address) == 1;
}

static bool is_any(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *const ipv4 = (const void *)address;
	const struct sockaddr_in6 *const ipv6 = (const void *)address;

	if (address->ss_family == AF_INET)
		return ipv4->sin_addr.s_addr == INADDR_ANY;
	return IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr);
}

static bool is_own_name(const struct listen_place *place, const char *host)
{
	const struct sockaddr_in *const ipv4 = (const void *)&place->address;
	const char *const own = place->url + strlen("http://");
	char name[sizeof(place->url)];

	if (place->address.ss_family == AF_UNIX)
		return is_name(host, "localhost");
	/* sin6_port is where sin_port is */
	if (port_of(host) != ntohs(ipv4->sin_port))
		return false;
	if (is_any(&place->address))
		return is_address(host) || is_name(host, "localhost");
	snprintf(name, sizeof(name), "%.*s", (int)name_length(own), own);
	return is_name(host, name) ||
			(place_is_local(place) && is_name(host, "localhost"));
}

static bool gate_knows(const struct gate *gate, const char *host)
{
	for (unsigned i = 0; i < gate->host_count; i++) {
		if (!strcasecmp(host, gate->hosts[i]) ||
				is_name(host, gate->hosts[i]))
			return true;
	}
	return is_own_name(gate->place, host);
}

static unsigned check_host(const struct gate *gate,
		const struct request *request, const char **why)
{
	bool is_repeated;
	const char *const host = request_header(
			request, MHD_HTTP_HEADER_HOST, &is_repeated);

	if (!host || !*host) {
		*why = is_repeated ? "there is more than one Host"
				   : "there is no Host";
		return MHD_HTTP_BAD_REQUEST;
	}
	if (gate_knows(gate, host))
		return 0;
	*why = "this is no host of that name (tm-web --host NAME)";
	return MHD_HTTP_MISDIRECTED_REQUEST;
}

/* A page's requests to its own server have its Origin, or none. */
static bool is_same_origin(const struct gate *gate, const char *origin)
{
	if (!strncmp(origin, "http://", 7))
		return gate_knows(gate, origin + 7);
	/* TLS is the proxy's: then the name is one that was given */
	if (strncmp(origin, "https://", 8))
		return false;
	for (unsigned i = 0; i < gate->host_count; i++) {
		if (!strcasecmp(origin + 8, gate->hosts[i]) ||
				is_name(origin + 8, gate->hosts[i]))
			return true;
	}
	return gate->place->address.ss_family == AF_UNIX &&
			is_name(origin + 8, "localhost");
}

static unsigned check_origin(const struct gate *gate,
		const struct request *request, const char **why)
{
	bool is_repeated, is_odd;
	const char *const origin = request_header(
			request, MHD_HTTP_HEADER_ORIGIN, &is_repeated);
	const char *const site =
			request_header(request, "Sec-Fetch-Site", &is_odd);
	const char *const mode =
			request_header(request, "Sec-Fetch-Mode", &is_odd);

	*why = "a page of another site asks";
	if (is_repeated || (origin && !is_same_origin(gate, origin)))
		return MHD_HTTP_FORBIDDEN;
	/* a link from elsewhere may lead here */
	if (site &&
			(!strcmp(site, "cross-site") ||
					!strcmp(site, "same-site")) &&
			(!mode || strcmp(mode, "navigate")))
		return MHD_HTTP_FORBIDDEN;
	return 0;
}

static bool has_body(const struct request *request)
{
	bool is_repeated;
	const char *const length = request_header(
			request, MHD_HTTP_HEADER_CONTENT_LENGTH, &is_repeated);

	if (is_repeated || (length && strcmp(length, "0")))
		return true;
	return request_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING,
			       &is_repeated) ||
			is_repeated;
}

unsigned gate_check(const struct gate *gate, const struct request *request,
		const char *method, const char **why)
{
	unsigned status;

	*why = "GET and HEAD only";
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	*why = request->flaw == MHD_HTTP_URI_TOO_LONG
			? "the address is too long"
			: "the address is not sound";
	if (request->flaw)
		return request->flaw;
	*why = "a question has no body";
	if (has_body(request))
		return MHD_HTTP_BAD_REQUEST;
	status = check_host(gate, request, why);
	return status ? status : check_origin(gate, request, why);
}
