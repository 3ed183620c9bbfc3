#include <limits.h>
#include <string.h>
#include <unistd.h>

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

/* The address in ADDRESS:PORT or [ADDRESS]:PORT; AF_UNSPEC if it is a name. A
 * zone names an interface of the client, not one of ours. */
static struct listen_place address_of(const char *host)
{
	struct listen_place place = { 0 };
	char text[LISTEN_HOST_SIZE];
	const size_t length = name_length(host);

	if (length < sizeof(text)) {
		memcpy(text, host, length);
		text[length] = '\0';
		if (*text == '[' && strchr(text, '%'))
			strcpy(strchr(text, '%'), "]");
		place_parse_host(&place, text);
	}
	return place;
}

/* The host's own name, in full or up to the first dot: no other site has a page
 * of that name. */
static bool is_host_name(const char *host)
{
	char own[HOST_NAME_MAX + 1] = { 0 };

	gethostname(own, sizeof(own) - 1);
	if (*own && is_name(host, own))
		return true;
	own[strcspn(own, ".")] = '\0';
	return *own && is_name(host, own);
}

/* Another site can point its own name here (DNS rebinding), but it cannot use
 * an address or "localhost". The port does not matter: tunnels and proxies have
 * their own. */
static bool is_own_name(const struct listen_place *place, const char *host)
{
	const struct listen_place asked = address_of(host);

	if (is_name(host, "localhost") || place_is_loopback(&asked))
		return true;
	if (place_is_local(place))
		return false;
	return place_is_any(place)
			? asked.address.ss_family || is_host_name(host)
			: place_is_same(place, &asked) || is_host_name(host);
}

static bool is_named(const struct gate *gate, const char *host)
{
	for (unsigned i = 0; i < gate->host_count; i++) {
		if (!strcasecmp(host, gate->hosts[i]) ||
				is_name(host, gate->hosts[i]))
			return true;
	}
	return false;
}

static bool gate_refuse(
		struct request *request, unsigned status, const char *why)
{
	answer_error(&request->answer, status, "%s", why);
	return false;
}

static bool check_host(const struct gate *gate, struct request *request)
{
	bool is_repeated;
	const char *const header = request_header(
			request, MHD_HTTP_HEADER_HOST, &is_repeated);
	const char *const host =
			request->authority ? request->authority : header;

	if (is_repeated)
		return gate_refuse(request, MHD_HTTP_BAD_REQUEST,
				"there is more than one Host");
	if (!header && !request->is_old)
		return gate_refuse(request, MHD_HTTP_BAD_REQUEST,
				"there is no Host");
	if (!host || is_named(gate, host) || is_own_name(gate->place, host))
		return true;
	answer_error(&request->answer, MHD_HTTP_MISDIRECTED_REQUEST,
			"%.200s: this server does not answer to that name; "
			"start tm-web with --host %.200s if it should",
			host, host);
	return false;
}

/* Requests of our own page carry its Origin or none. Another port of the same
 * host is another site. Only a proxy has TLS: then the name must be one that
 * was given, or the proxy connects to a Unix socket. */
static bool is_same_origin(
		const struct gate *gate, const char *origin, const char *host)
{
	if (!strncmp(origin, "http://", 7))
		return (host && !strcasecmp(origin + 7, host)) ||
				is_named(gate, origin + 7);
	return !strncmp(origin, "https://", 8) &&
			(is_named(gate, origin + 8) ||
					(place_path(gate->place) &&
							is_name(origin + 8,
									"localhost")));
}

static bool check_origin(const struct gate *gate, struct request *request)
{
	bool is_repeated, is_odd;
	const char *const origin = request_header(
			request, MHD_HTTP_HEADER_ORIGIN, &is_repeated);
	const char *const host =
			request_header(request, MHD_HTTP_HEADER_HOST, &is_odd);
	const char *const site =
			request_header(request, "Sec-Fetch-Site", &is_odd);
	const char *const mode =
			request_header(request, "Sec-Fetch-Mode", &is_odd);

	if (!is_repeated && (!origin || is_same_origin(gate, origin, host)) &&
			(!site ||
					(strcmp(site, "cross-site") &&
							strcmp(site, "same-site")) ||
					/* a link from elsewhere may lead here
					 */
					(mode && !strcmp(mode, "navigate"))))
		return true;
	return gate_refuse(request, MHD_HTTP_FORBIDDEN,
			"a page of another site asks");
}

static bool has_body(struct request *request)
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

static bool refuse_flaw(struct request *request)
{
	if (request->parameter_count > REQUEST_PARAMETERS_MOST)
		return gate_refuse(request, request->flaw,
				"the address has more than 32 parameters");
	return gate_refuse(request, request->flaw,
			request->flaw == MHD_HTTP_URI_TOO_LONG
					? "the address is too long"
					: "the address is invalid");
}

bool gate_check(const struct gate *gate, struct request *request,
		const char *method)
{
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return gate_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED,
				"GET and HEAD only");
	if (request->flaw)
		return refuse_flaw(request);
	if (has_body(request))
		return gate_refuse(request, MHD_HTTP_BAD_REQUEST,
				"a request has no body here");
	return check_host(gate, request) && check_origin(gate, request);
}
