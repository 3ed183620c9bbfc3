/* Which user of this host is at the other end of a connection. */
#ifndef TM_WEB_PEER_H
#define TM_WEB_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* Opens the socket that answers for TCP; call it before the sandbox closes. 0,
 * or -1 and errno. */
int peer_start(void);

/* False if the peer is on another machine or cannot be identified. */
bool peer_find_user(int connection, uint32_t *uid);

#endif
