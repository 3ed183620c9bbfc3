#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "answer-json.h"
#include "common/base/clock.h"
#include "common/base/number.h"
#include "live.h"

#define HEARTBEAT_NS (5 * TM_SECOND_NS)
#define GRACE_NS (60 * TM_SECOND_NS) /* looking goes on for who comes back */
#define KEPT 64			     /* events, for who comes back */
#define ROWS_MOST 50
#define CHUNK 16384

struct stream {
	struct stream *next;
	struct MHD_Connection *connection;
	struct viewer viewer;
	struct party *party;
	struct tm_text text; /* what is being sent, from sent on */
	size_t sent;
	uint64_t last_id;
	uint64_t last_ns; /* when something was sent */
	unsigned generation;
	bool is_begun, is_waiting;
	bool is_left; /* by its client */
};

/* Under the lock: all but what the watching thread alone has. */
static struct {
	pthread_mutex_t lock;
	struct stream *streams;
	struct event events[KEPT]; /* a ring */
	unsigned next_event;
	uint64_t last_id, watermark_ns;
	uint64_t left_ns;    /* when the last stream ended */
	unsigned generation; /* of the database */
	struct tm_index users;
	char **names;
	uint32_t name_room;
} hub = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* --- the texts of the events --- */

static void live_put_age(struct tm_text *text)
{
	const uint64_t now = tm_clock_wall_ns();

	json_member_time(text, "watermark_ns", hub.watermark_ns);
	if (!hub.watermark_ns)
		tm_text_string(text, ",\"stale_seconds\":null");
	else
		tm_text_format(text, ",\"stale_seconds\":%.3f",
				now > hub.watermark_ns
						? (now - hub.watermark_ns) / 1e9
						: 0);
}

static const char *name_of(uint32_t uid)
{
	const uint32_t at = tm_index_find(&hub.users, uid);

	return at == TM_INDEX_NONE ? NULL : hub.names[at];
}

static void put_change(struct tm_text *text, const struct change *change)
{
	tm_text_character(text, '{');
	json_user(text, change->uid, name_of(change->uid));
	tm_json_member_number(text, "in", change->in);
	tm_json_member_number(text, "out", change->out);
	tm_json_member_number(text, "total", change_total(change));
	tm_json_member_number(text, "packets_in", change->packets_in);
	tm_json_member_number(text, "packets_out", change->packets_out);
	tm_json_member_number(text, "packets",
			change->packets_in + change->packets_out);
	tm_json_member_number(text, "lost", change->lost);
	tm_text_character(text, '}');
}

/* Adds an event's changes that the stream may see; the list has room. */
static size_t merge(struct change *list, size_t count,
		const struct event *event, const struct viewer *viewer,
		struct tm_index *users)
{
	for (size_t i = 0; i < event->count; i++) {
		const struct change *const change = &event->list[i];
		uint32_t at;

		if (viewer->is_bound && viewer->uid != change->uid)
			continue;
		at = tm_index_add(users, change->uid);
		if (at == TM_INDEX_NONE)
			continue;
		if (at == count)
			list[count++] = (struct change){ .uid = change->uid };
		change_add(&list[at], change);
	}
	return count;
}

static void put_list(struct tm_text *text, struct change *list, size_t count)
{
	struct change sum = { 0 };

	changes_sort(list, count);
	for (size_t i = 0; i < count; i++)
		change_add(&sum, &list[i]);
	tm_json_member_number(text, "in", sum.in);
	tm_json_member_number(text, "out", sum.out);
	tm_json_member_number(text, "lost", sum.lost);
	tm_text_string(text, ",\"rows\":[");
	for (size_t i = 0; i < count && i < ROWS_MOST; i++) {
		tm_text_string(text, i ? "," : "");
		put_change(text, &list[i]);
	}
	tm_text_string(text, "]");
}

/* All that happened since the stream's last event, as one; to who is new the
 * last one, for a quick start. */
static bool is_wanted(const struct stream *stream, const struct event *event)
{
	return event->id &&
			(stream->last_id ? event->id > stream->last_id
					 : event->id == hub.last_id);
}

static void live_put_rows(struct stream *stream)
{
	struct tm_text *const text = &stream->text;
	struct tm_index users = { 0 };
	uint64_t span_ns = 0;
	struct change *list;
	size_t count = 0;

	for (unsigned i = 0; i < KEPT; i++) {
		if (is_wanted(stream, &hub.events[i]))
			count += hub.events[i].count;
	}
	list = calloc(count + 1, sizeof(*list));
	count = 0;
	for (unsigned i = 0; i < KEPT && list; i++) {
		if (!is_wanted(stream, &hub.events[i]))
			continue;
		span_ns += hub.events[i].span_ns;
		count = merge(list, count, &hub.events[i], &stream->viewer,
				&users);
	}
	tm_text_format(text,
			"id: %" PRIu64 "\nevent: rows\ndata: ", hub.last_id);
	json_begin(text);
	json_member_time(text, "span_ns", span_ns);
	live_put_age(text);
	put_list(text, list, list ? count : 0);
	tm_text_string(text, "}\n\n");
	free(list);
	tm_index_free(&users);
	stream->last_id = hub.last_id;
}

static void live_put_status(struct tm_text *text)
{
	tm_text_string(text, "event: status\ndata: {\"version\":1");
	live_put_age(text);
	tm_text_string(text, "}\n\n");
}

/* What there is to say now; false = nothing. */
static bool compose(struct stream *stream, uint64_t now_ns)
{
	struct tm_text *const text = &stream->text;

	text->size = stream->sent = 0;
	if (!stream->is_begun)
		tm_text_string(text, "retry: 2000\n\n");
	stream->is_begun = true;
	if (stream->generation != hub.generation) {
		tm_text_string(text, "event: reset\ndata: {\"version\":1}\n\n");
		stream->generation = hub.generation;
		stream->last_id = 0;
	} else if (hub.last_id > stream->last_id) {
		live_put_rows(stream);
	} else if (now_ns - stream->last_ns >= HEARTBEAT_NS) {
		live_put_status(text);
	}
	if (text->size)
		stream->last_ns = now_ns;
	return text->size;
}

/* --- streams --- */

/* In the server's thread. It asks as soon as it can send, so the connection
 * sleeps while there is nothing; the lock keeps the waking behind that. */
static ssize_t read_stream(void *context, uint64_t at, char *out, size_t most)
{
	struct stream *const stream = context;
	size_t size;

	(void)at;
	if (stream->is_left)
		return MHD_CONTENT_READER_END_OF_STREAM;
	pthread_mutex_lock(&hub.lock);
	if (stream->sent == stream->text.size &&
			!compose(stream, tm_clock_steady_ns())) {
		stream->is_waiting = true;
		MHD_suspend_connection(stream->connection);
	}
	size = stream->text.size - stream->sent;
	size = size < most ? size : most;
	memcpy(out, stream->text.at + stream->sent, size);
	stream->sent += size;
	pthread_mutex_unlock(&hub.lock);
	return stream->text.error ? MHD_CONTENT_READER_END_WITH_ERROR
				  : (ssize_t)size;
}

static void close_stream(void *context)
{
	struct stream *const stream = context;
	struct stream **at = &hub.streams;

	pthread_mutex_lock(&hub.lock);
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	hub.left_ns = tm_clock_steady_ns();
	pthread_mutex_unlock(&hub.lock);
	if (!stream->is_left)
		party_remove(stream->party, PARTY_STREAMS, 1);
	party_leave(stream->party);
	tm_text_free(&stream->text);
	free(stream);
}

/* Where it was cut, as the browser tells. */
static uint64_t last_id(struct request *request)
{
	bool is_repeated;
	const char *const text =
			request_header(request, "Last-Event-ID", &is_repeated);
	uint64_t id;

	return text && tm_number_parse(text, UINT64_MAX, &id) ? id : 0;
}

static struct stream *add_stream(struct request *request)
{
	struct stream *const stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->text.most = ANSWER_MOST;
	stream->connection = request->connection;
	stream->viewer = request->viewer;
	stream->party = party_hold(request->party);
	party_add(stream->party, PARTY_STREAMS, 1);
	stream->last_ns = tm_clock_steady_ns();
	pthread_mutex_lock(&hub.lock);
	stream->generation = hub.generation;
	stream->last_id = last_id(request);
	if (stream->last_id > hub.last_id)
		stream->last_id = hub.last_id;
	stream->next = hub.streams;
	hub.streams = stream;
	pthread_mutex_unlock(&hub.lock);
	return stream;
}

static bool client_has_left(struct MHD_Connection *connection)
{
	struct pollfd client = {
		.fd = MHD_get_connection_info(
				connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				      ->connect_fd,
		.events = POLLRDHUP,
	};

	return poll(&client, 1, 0) > 0;
}

/* The library does not watch a connection that sleeps. So one that the client
 * has left would keep its share until the next heartbeat. */
static void end_left_streams(void)
{
	pthread_mutex_lock(&hub.lock);
	for (struct stream *stream = hub.streams; stream;
			stream = stream->next) {
		if (stream->is_left || !stream->is_waiting ||
				!client_has_left(stream->connection))
			continue;
		stream->is_left = true;
		stream->is_waiting = false;
		party_remove(stream->party, PARTY_STREAMS, 1);
		MHD_resume_connection(stream->connection);
	}
	pthread_mutex_unlock(&hub.lock);
}

struct MHD_Response *live_open(struct request *request)
{
	struct MHD_Response *response;
	struct stream *stream;

	if (!party_has_room(request->party, PARTY_STREAMS))
		end_left_streams();
	if (!party_has_room(request->party, PARTY_STREAMS))
		return NULL;
	stream = add_stream(request);
	if (!stream)
		return NULL;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CHUNK,
			read_stream, stream, close_stream);
	if (!response)
		close_stream(stream);
	return response;
}

/* --- what the watching thread has --- */

void live_wake(void)
{
	const uint64_t now_ns = tm_clock_steady_ns();

	pthread_mutex_lock(&hub.lock);
	for (struct stream *stream = hub.streams; stream;
			stream = stream->next) {
		if (!stream->is_waiting ||
				(hub.last_id <= stream->last_id &&
						stream->generation ==
								hub.generation &&
						now_ns - stream->last_ns <
								HEARTBEAT_NS))
			continue;
		stream->is_waiting = false;
		MHD_resume_connection(stream->connection);
	}
	pthread_mutex_unlock(&hub.lock);
}

void live_tell(struct event event)
{
	struct event *slot;

	pthread_mutex_lock(&hub.lock);
	slot = &hub.events[hub.next_event++ % KEPT];
	/* as a time it goes on where an earlier server was */
	event.id = event.watermark_ns > hub.last_id ? event.watermark_ns
						    : hub.last_id + 1;
	free(slot->list);
	*slot = event;
	hub.last_id = event.id;
	hub.watermark_ns = event.watermark_ns;
	pthread_mutex_unlock(&hub.lock);
}

void live_forget(bool is_replaced)
{
	pthread_mutex_lock(&hub.lock);
	for (unsigned i = 0; i < KEPT; i++) {
		free(hub.events[i].list);
		hub.events[i] = (struct event){ 0 };
	}
	if (is_replaced) {
		hub.last_id = hub.watermark_ns = 0;
		hub.generation++;
	}
	pthread_mutex_unlock(&hub.lock);
}

static void set_name(uint32_t uid, const char *name)
{
	const uint32_t at = tm_index_add(&hub.users, uid);
	char **names;

	if (at == TM_INDEX_NONE)
		return;
	if (at >= hub.name_room) {
		names = reallocarray(
				hub.names, hub.name_room + 256, sizeof(*names));
		if (!names)
			return;
		memset(names + hub.name_room, 0, 256 * sizeof(*names));
		hub.names = names;
		hub.name_room += 256;
	}
	free(hub.names[at]);
	hub.names[at] = name ? strdup(name) : NULL;
}

void live_name(uint32_t uid, const char *name)
{
	pthread_mutex_lock(&hub.lock);
	set_name(uid, name);
	pthread_mutex_unlock(&hub.lock);
}

bool live_is_wanted(void)
{
	bool is;

	pthread_mutex_lock(&hub.lock);
	is = hub.streams ||
			(hub.left_ns &&
					tm_clock_steady_ns() - hub.left_ns <
							GRACE_NS);
	pthread_mutex_unlock(&hub.lock);
	return is;
}
