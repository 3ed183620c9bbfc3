/* What a client takes, by its Accept headers (RFC 9110, section 12.5). */
#ifndef TM_WEB_ACCEPT_H
#define TM_WEB_ACCEPT_H

#include <stdbool.h>

#include "request.h"

/* Whether it takes gzip, and likes it no less than the bytes as they are. */
bool accept_takes_gzip(const struct request *request);

/* Whether a person asks: it likes HTML better than JSON. Browsers say so for
 * what they show as a page; scripts, and programs such as curl, do not. */
bool accept_likes_pages(const struct request *request);

#endif
