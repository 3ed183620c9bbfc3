/* The connections: how many there are, and how long one may do nothing. Those
 * that have not asked yet, or are between two questions, make room for new
 * ones, the oldest first, so that a thousand slow ones keep nobody out. */
#ifndef TM_WEB_CONNECTIONS_H
#define TM_WEB_CONNECTIONS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "party.h"

struct client; /* one connection */

/* How many there may be: at most so many, and as descriptors permit. */
unsigned connections_limit(void);

/* MHD_OPTION_NOTIFY_CONNECTION and the daemon's accept policy. */
void connections_notify(void *context, struct MHD_Connection *connection,
		void **client, enum MHD_ConnectionNotificationCode what);
enum MHD_Result connections_accept(
		void *context, const struct sockaddr *address, socklen_t size);

/* The client of a connection, and what it does now. */
struct client *connections_find(struct MHD_Connection *connection);
void client_asks(struct client *client, bool is_live);
void client_rests(struct client *client);

/* Whether the client is on this host; the party of its user or address. */
bool client_is_local(const struct client *client);
struct party *client_peer(const struct client *client);

/* Restricts the server to these users of this host and root. If none is given,
 * everybody is answered. False if there are ALLOWED_MOST already. */
#define ALLOWED_MOST 64
bool connections_allow(uint32_t uid);
bool client_is_allowed(const struct client *client);

/* Ends those whose time is over. Called about once a second. */
void connections_sweep(void);

#endif
