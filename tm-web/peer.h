/* Which user of this host is at the other end of a connection. */
#ifndef TM_WEB_PEER_H
#define TM_WEB_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* Opens what is asked for TCP, before the sandbox closes. 0, or -1 and errno.
 */
int peer_start(void);

/* False where it is a user of another machine, or cannot be told. */
bool peer_find_user(int connection, uint32_t *uid);

#endif
