/* Content negotiation by the Accept headers (RFC 9110, section 12.5). */
#ifndef TM_WEB_ACCEPT_H
#define TM_WEB_ACCEPT_H

#include <stdbool.h>

#include "request.h"

/* Whether the client accepts gzip and does not prefer uncompressed content. */
bool accept_takes_gzip(const struct request *request);

/* Whether the client prefers HTML to JSON. Browsers do when they navigate to an
 * address; scripts, and programs such as curl, do not. */
bool accept_likes_pages(const struct request *request);

#endif
