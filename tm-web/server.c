#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accept.h"
#include "assets.h"
#include "common/base/clock.h"
#include "common/base/escape.h"
#include "connections.h"
#include "gzip.h"
#include "live.h"
#include "pool.h"
#include "problem.h"
#include "routes.h"
#include "server.h"
#include "watch.h"

#define CONNECTION_MEMORY ((size_t)16 * 1024) /* with the header */
#define IDLE_S 30
#define COMPRESS_LEAST 1024

#define POLICY                                                                 \
	"default-src 'none'; script-src 'self'; style-src 'self'; "            \
	"img-src 'self'; connect-src 'self'; base-uri 'none'; "                \
	"form-action 'none'; frame-ancestors 'none'"

/* --- sending --- */

static enum MHD_Result send_response(struct request *request, unsigned status,
		struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy", POLICY },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "X-Frame-Options", "DENY" },
	};
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", "GET, HEAD");
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(response, "Retry-After", "2");
	request->answer.status = status;
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

struct sent {
	char *data;
	size_t size;
	struct party *party;
};

static void forget_sent(void *context)
{
	struct sent *const sent = context;

	if (sent->party) {
		party_remove(sent->party, PARTY_BYTES, sent->size);
		party_leave(sent->party);
	}
	free(sent->data);
	free(sent);
}

/* The response has the text from here on. */
static struct MHD_Response *respond_with(
		struct tm_text *text, struct party *party)
{
	struct sent *const sent = malloc(sizeof(*sent));
	struct MHD_Response *response;

	if (!sent)
		return NULL;
	*sent = (struct sent){ text->at, text->size,
		party ? party_hold(party) : NULL };
	*text = (struct tm_text){ 0 };
	if (party)
		party_add(party, PARTY_BYTES, sent->size);
	response = MHD_create_response_from_buffer_with_free_callback_cls(
			sent->size, sent->data, forget_sent, sent);
	if (!response)
		forget_sent(sent);
	return response;
}

static void add_file_name(struct MHD_Response *response, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "attachment; filename=\"%s\"", name);
	MHD_add_response_header(
			response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, line);
}

static enum MHD_Result send_answer(struct request *request)
{
	struct answer *const answer = &request->answer;
	struct MHD_Response *response;
	bool is_packed;

	if (*answer->problem)
		problem_write(request);
	is_packed = answer->text.size >= COMPRESS_LEAST &&
			accept_takes_gzip(request) && gzip_text(&answer->text);
	response = respond_with(&answer->text, request->party);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(
			response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	MHD_add_response_header(
			response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, MHD_HTTP_HEADER_VARY,
			"Accept, Accept-Encoding");
	if (is_packed)
		MHD_add_response_header(response,
				MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (answer->file_name)
		add_file_name(response, answer->file_name);
	return send_response(request, answer->status, response);
}

/* The search includes the quotes, which no tag contains. */
static bool is_fresh(struct request *request, const char *tag)
{
	bool is_repeated;
	const char *const has = request_header(
			request, MHD_HTTP_HEADER_IF_NONE_MATCH, &is_repeated);

	return has && (!strcmp(has, "*") || strstr(has, tag));
}

static enum MHD_Result send_asset(struct request *request,
		const struct asset *asset, bool is_lasting)
{
	const bool is_packed = accept_takes_gzip(request);
	const char *const data = is_packed ? asset->packed : asset->data;
	const char *const end = is_packed ? asset->packed_end : asset->end;
	char tag[ASSET_TAG_SIZE];
	struct MHD_Response *response;
	const bool is_same =
			is_fresh(request, asset_tag(tag, asset, is_packed));

	response = MHD_create_response_from_buffer(is_same ? 0 : end - data,
			(void *)data, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
	MHD_add_response_header(
			response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
			is_lasting ? "max-age=31536000, immutable"
				   : "no-cache");
	if (is_same)
		return send_response(request, MHD_HTTP_NOT_MODIFIED, response);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
			asset_type(asset));
	if (is_packed)
		MHD_add_response_header(response,
				MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	return send_response(request, MHD_HTTP_OK, response);
}

static enum MHD_Result send_stream(struct request *request)
{
	struct MHD_Response *const response = live_open(request);

	if (!response) {
		answer_error(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE,
				"too many of your windows show live traffic; close "
				"one, or try again");
		return send_answer(request);
	}
	client_asks(request->client, true);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
			"text/event-stream");
	MHD_add_response_header(
			response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Accel-Buffering", "no");
	return send_response(request, MHD_HTTP_OK, response);
}

/* --- taking in --- */

/* The library keeps a record of each parameter in the memory of the connection.
 * When that is full, it neither answers nor closes the connection. The request
 * has a copy that it reads itself, so one parameter is enough for the library.
 */
static void join_parameters(char *target)
{
	for (char *at = target; (at = strchr(at, '&')); at++)
		*at = '.';
}

static void *take_target(void *context, const char *target,
		struct MHD_Connection *connection)
{
	struct request *const request = request_new(target);

	(void)context;
	if (!request)
		return NULL;
	join_parameters((char *)target);
	request->connection = connection;
	request->client = connections_find(connection);
	request->start_ns = tm_clock_steady_ns();
	return request;
}

/* Who asks, as the proxy says; what is of no use as a name is nobody. */
static bool take_viewer(struct request *request)
{
	bool is_repeated;
	const char *const name = route_user_header
			? request_header(request, route_user_header,
					  &is_repeated)
			: "";

	if (!route_user_header)
		return true;
	if (name && *name && strlen(name) < sizeof(request->viewer.name)) {
		strcpy(request->viewer.name, name);
		return true;
	}
	answer_error(&request->answer, MHD_HTTP_FORBIDDEN,
			"the proxy in front of this server did not name one user "
			"(header %s)",
			route_user_header);
	return false;
}

/* The party is the user of the header, or else the client that a proxy on this
 * host names. Only the last address in the list is the proxy's own; the client
 * may have sent the others. */
static struct party *party_of(struct request *request)
{
	struct party *const peer = client_peer(request->client);
	const char *name = request->viewer.name, *comma;
	bool is_repeated;

	if (!*name && client_is_local(request->client)) {
		name = request_header(request, "X-Forwarded-For", &is_repeated);
		comma = name ? strrchr(name, ',') : NULL;
		name = comma ? comma + 1 : name ? name : "";
	}
	return party_enter(peer, name);
}

/* To the library a NUL ends the target; the version, one space behind the
 * whole of it, tells that there was more. */
static void check_target(struct request *request, const char *version)
{
	const ptrdiff_t distance = version - request->target_end;

	if (!request->flaw && distance > 1 &&
			(size_t)distance < CONNECTION_MEMORY)
		request->flaw = MHD_HTTP_BAD_REQUEST;
}

static bool check_client(struct request *request)
{
	if (client_is_allowed(request->client))
		return true;
	answer_error(&request->answer, MHD_HTTP_FORBIDDEN,
			"this server is for other users of its host "
			"(tm-web --allow NAME)");
	return false;
}

static enum MHD_Result server_begin(const struct server *server,
		struct request *request, const char *method,
		const char *version)
{
	request->is_begun = true;
	request->is_old = !strcmp(version, MHD_HTTP_VERSION_1_0);
	if (!request->client)
		return MHD_NO;
	client_asks(request->client, false);
	if (!check_client(request) ||
			!gate_check(&server->gate, request, method) ||
			!take_viewer(request))
		return send_answer(request);
	request->party = party_of(request);
	return request->party ? MHD_YES : MHD_NO;
}

/* Some proxies remove the base themselves. */
static void strip_base(const char *base, struct request *request)
{
	const size_t length = strlen(base);

	if (!strncmp(request->path, base, length))
		request->path += length - 1;
}

/* Whether the slash after the base is missing. Without it, the page's relative
 * addresses would refer to the folder above. */
static bool lacks_slash(const char *base, const char *path)
{
	const size_t length = strlen(base) - 1;

	return length && strlen(path) == length && !strncmp(path, base, length);
}

/* Redirects to the last component of the base and a slash, relative because the
 * proxy may serve the base below a path of its own. */
static enum MHD_Result send_to_base(const char *base, struct request *request)
{
	const char *const query = strchr(request->target, '?');
	const char *name = base + strlen(base) - 1;
	struct tm_text location = { 0 };
	struct MHD_Response *response;

	while (name[-1] != '/')
		name--;
	tm_text_string(&location, name);
	tm_text_string(&location, query ? query : "");
	tm_text_character(&location, '\0');
	response = location.error ? NULL
				  : MHD_create_response_from_buffer(0, "",
						    MHD_RESPMEM_PERSISTENT);
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION,
				location.at);
	tm_text_free(&location);
	return send_response(request, MHD_HTTP_MOVED_PERMANENTLY, response);
}

static enum MHD_Result server_find(
		const struct server *server, struct request *request)
{
	const struct asset *asset;
	bool is_lasting;

	if (lacks_slash(server->base, request->path))
		return send_to_base(server->base, request);
	strip_base(server->base, request);
	request->route = route_find(request->path);
	if (!request->route) {
		asset = asset_find(request->path, &is_lasting);
		if (asset)
			return send_asset(request, asset, is_lasting);
		answer_error(&request->answer, MHD_HTTP_NOT_FOUND,
				"there is nothing at this address");
	} else if (!pool_take(request)) {
		answer_error(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE,
				"too many of your requests are being answered; "
				"try again");
	} else {
		return MHD_YES;
	}
	return send_answer(request);
}

/* The library calls it when the header is there, when the request is, and when
 * a worker has it go on. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
		const char *url, const char *method, const char *version,
		const char *upload, size_t *upload_size, void **request_context)
{
	struct request *const request = *request_context;

	(void)connection;
	(void)url;
	(void)upload;
	if (!request)
		return MHD_NO;
	if (!request->is_begun) {
		check_target(request, version);
		return server_begin(context, request, method, version);
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (!request->is_done)
		return server_find(context, request);
	return request->route->is_live && request->answer.status == MHD_HTTP_OK
			? send_stream(request)
			: send_answer(request);
}

static void log_request(const struct request *request)
{
	char target[1024], user[512];

	tm_escape_word(target, sizeof(target), request->target,
			strlen(request->target));
	tm_escape_word(user, sizeof(user), request->viewer.name,
			strlen(request->viewer.name));
	warnx("%u %s%s%s %.1f ms", request->answer.status, target,
			*request->viewer.name ? " for " : "",
			*request->viewer.name ? user : "",
			(tm_clock_steady_ns() - request->start_ns) / 1e6);
}

static void server_complete(void *context, struct MHD_Connection *connection,
		void **request_context, enum MHD_RequestTerminationCode how)
{
	const struct server *const server = context;
	struct request *const request = *request_context;

	(void)connection;
	(void)how;
	if (!request)
		return;
	if (request->client)
		client_rests(request->client);
	if (server->is_verbose)
		log_request(request);
	request_free(request);
	*request_context = NULL;
}

int server_start(const struct server *server, int socket)
{
	const struct MHD_Daemon *daemon;

	if (pool_start(server->database) || watch_start(server->database))
		return -1;
	errno = 0;
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
					MHD_ALLOW_SUSPEND_RESUME,
			0, connections_accept, NULL, handle, (void *)server,
			MHD_OPTION_LISTEN_SOCKET, socket,
			MHD_OPTION_CONNECTION_LIMIT, connections_limit(),
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
			MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
			MHD_OPTION_STRICT_FOR_CLIENT, 1,
			MHD_OPTION_URI_LOG_CALLBACK, take_target, NULL,
			MHD_OPTION_NOTIFY_COMPLETED, server_complete,
			(void *)server, MHD_OPTION_NOTIFY_CONNECTION,
			connections_notify, NULL, MHD_OPTION_END);
	if (daemon)
		return 0;
	errno = errno ? errno : EAGAIN;
	return -1;
}
