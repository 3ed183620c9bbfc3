#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "connections.h"
#include "peer.h"

#define LIMIT 1024
#define SPARE 64	    /* descriptors that are not connections */
#define PER_ADDRESS_MOST 64 /* beside this machine's own */
#define NAME_SIZE 64
#define HEADER_NS (10 * TM_SECOND_NS)  /* to have asked within */
#define REST_NS (60 * TM_SECOND_NS)    /* between two questions */
#define ANSWER_NS (300 * TM_SECOND_NS) /* to have taken an answer within */

enum doing { ARRIVED, RESTS, ASKS, STREAMS };

struct client {
	struct client *previous, *next; /* the oldest first, in its list */
	uint64_t since_ns;
	int fd;
	enum doing doing;
	uint8_t address[16]; /* of IPv6, the network */
	bool is_local;
	bool is_ended;
	bool has_user; /* of this host */
	uint32_t uid;
	struct party *peer;
};

/* Resting: ARRIVED and RESTS; busy: ASKS and STREAMS. Each in order of
 * since_ns, because whatever changes goes to the end. */
static struct list {
	struct client *first, *last;
	unsigned count;
} resting, busy;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned limit;

/* So many may wait, and leave room for the others. */
static unsigned resting_most(void)
{
	return limit / 5 * 4;
}

static struct list *list_of(enum doing doing)
{
	return doing <= RESTS ? &resting : &busy;
}

static void leave(struct client *client)
{
	struct list *const list = list_of(client->doing);

	*(client->previous ? &client->previous->next : &list->first) =
			client->next;
	*(client->next ? &client->next->previous : &list->last) =
			client->previous;
	list->count--;
}

static void enter(struct client *client, enum doing doing)
{
	struct list *const list = list_of(doing);

	client->doing = doing;
	client->since_ns = tm_clock_steady_ns();
	client->previous = list->last;
	client->next = NULL;
	*(list->last ? &list->last->next : &list->first) = client;
	list->last = client;
	list->count++;
}

/* The library sees the end of the connection and closes it. */
static void client_end(struct client *client)
{
	if (!client->is_ended)
		shutdown(client->fd, SHUT_RDWR);
	client->is_ended = true;
}

unsigned connections_limit(void)
{
	struct rlimit files;

	limit = LIMIT;
	if (getrlimit(RLIMIT_NOFILE, &files))
		return limit;
	if (files.rlim_cur < LIMIT + SPARE) {
		files.rlim_cur = files.rlim_max < LIMIT + SPARE ? files.rlim_max
								: LIMIT + SPARE;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur < LIMIT + SPARE)
		limit = files.rlim_cur > 2 * SPARE ? files.rlim_cur - SPARE
						   : SPARE;
	return limit;
}

/* A /64 network counts as one peer, because its hosts choose their addresses.
 */
static void note_ipv6(struct client *client, const struct in6_addr *address)
{
	client->is_local = IN6_IS_ADDR_LOOPBACK(address);
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		memcpy(client->address, &address->s6_addr[12], 4);
		client->is_local = *client->address == 127;
	} else {
		memcpy(client->address, address, 8);
	}
}

static void note_address(struct client *client, const struct sockaddr *address)
{
	const struct sockaddr_in6 *const ipv6 = (const void *)address;
	const struct sockaddr_in *const ipv4 = (const void *)address;

	if (address && address->sa_family == AF_INET) {
		memcpy(client->address, &ipv4->sin_addr, 4);
		client->is_local = *client->address == 127;
	} else if (address && address->sa_family == AF_INET6) {
		note_ipv6(client, &ipv6->sin6_addr);
	} else {
		client->is_local = true;
	}
}

/* The client's peer: a user of this host, or else an address. */
static struct party *client_peer_of(const struct client *client)
{
	char name[NAME_SIZE] = "address";

	if (client->has_user)
		snprintf(name, sizeof(name), "user %" PRIu32, client->uid);
	else if (!inet_ntop(AF_INET6, client->address, name, sizeof(name)))
		return NULL;
	return party_enter(NULL, name);
}

static unsigned count_alike(const struct client *client)
{
	const struct list *const lists[] = { &resting, &busy };
	unsigned count = 0;

	for (unsigned i = 0; i < 2; i++) {
		for (const struct client *other = lists[i]->first; other;
				other = other->next)
			count += !memcmp(other->address, client->address,
					sizeof(other->address));
	}
	return count;
}

enum MHD_Result connections_accept(
		void *context, const struct sockaddr *address, socklen_t size)
{
	struct client client = { 0 };
	unsigned count;

	(void)context;
	note_address(&client, size ? address : NULL);
	if (client.is_local)
		return MHD_YES;
	pthread_mutex_lock(&lock);
	count = count_alike(&client);
	pthread_mutex_unlock(&lock);
	return count < PER_ADDRESS_MOST ? MHD_YES : MHD_NO;
}

static struct client *client_new(int fd, const struct sockaddr *address)
{
	struct client *const client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->fd = fd;
	note_address(client, address);
	client->has_user = peer_find_user(fd, &client->uid);
	client->peer = client_peer_of(client);
	if (client->peer)
		return client;
	free(client);
	return NULL;
}

static void client_arrive(struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *const fd = MHD_get_connection_info(
			connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *const address = MHD_get_connection_info(
			connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct client *const client = client_new(
			fd->connect_fd, address ? address->client_addr : NULL);

	*context = client;
	if (!client) {
		shutdown(fd->connect_fd, SHUT_RDWR);
		return;
	}
	pthread_mutex_lock(&lock);
	enter(client, ARRIVED);
	if (resting.count > resting_most())
		for (struct client *old = resting.first; old; old = old->next) {
			if (old->is_ended)
				continue;
			client_end(old);
			break;
		}
	pthread_mutex_unlock(&lock);
}

static void client_depart(struct client *client)
{
	pthread_mutex_lock(&lock);
	leave(client);
	pthread_mutex_unlock(&lock);
	party_leave(client->peer);
	free(client);
}

void connections_notify(void *context, struct MHD_Connection *connection,
		void **client, enum MHD_ConnectionNotificationCode what)
{
	(void)context;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		client_arrive(connection, client);
	else if (*client)
		client_depart(*client);
}

struct client *connections_find(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *const info = MHD_get_connection_info(
			connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void move(struct client *client, enum doing doing)
{
	pthread_mutex_lock(&lock);
	leave(client);
	enter(client, doing);
	pthread_mutex_unlock(&lock);
}

void client_asks(struct client *client, bool is_live)
{
	move(client, is_live ? STREAMS : ASKS);
}

void client_rests(struct client *client)
{
	move(client, RESTS);
}

bool client_is_local(const struct client *client)
{
	return client->is_local || client->has_user;
}

struct party *client_peer(const struct client *client)
{
	return client->peer;
}

/* --- --allow --- */

static uint32_t allowed[ALLOWED_MOST];
static unsigned allowed_count;

bool connections_allow(uint32_t uid)
{
	if (allowed_count == ALLOWED_MOST)
		return false;
	allowed[allowed_count++] = uid;
	return true;
}

bool client_is_allowed(const struct client *client)
{
	if (!allowed_count || (client->has_user && !client->uid))
		return true;
	for (unsigned i = 0; i < allowed_count; i++) {
		if (client->has_user && client->uid == allowed[i])
			return true;
	}
	return false;
}

/* --- time --- */

static uint64_t patience_ns(enum doing doing)
{
	switch (doing) {
	case ARRIVED:
		return HEADER_NS;
	case RESTS:
		return REST_NS;
	case ASKS:
		return ANSWER_NS;
	default:
		return UINT64_MAX / 2;
	}
}

void connections_sweep(void)
{
	const struct list *const lists[] = { &resting, &busy };
	const uint64_t now = tm_clock_steady_ns();

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < 2; i++) {
		for (struct client *client = lists[i]->first; client;
				client = client->next) {
			if (now - client->since_ns > patience_ns(client->doing))
				client_end(client);
		}
	}
	pthread_mutex_unlock(&lock);
}
