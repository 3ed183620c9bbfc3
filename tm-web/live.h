/* Live traffic as server-sent events: each listener gets what the watching
 * thread tells, summed up for who does not keep up. */
#ifndef TM_WEB_LIVE_H
#define TM_WEB_LIVE_H

#include <stdbool.h>

#include "changes.h"
#include "request.h"

/* What a commit added. */
struct event {
	uint64_t id, span_ns, watermark_ns;
	struct change *list;
	size_t count;
};

/* The stream that answers the request; NULL when there are too many, or no
 * memory. */
struct MHD_Response *live_open(struct request *request);

/* --- for the watching thread --- */

/* Whether somebody listens, or has just listened. */
bool live_is_wanted(void);

/* The list is the streams' from here on. */
void live_tell(struct event event);

void live_name(uint32_t uid, const char *name);

/* What was told is of another file (is_replaced), or too old to compare with.
 */
void live_forget(bool is_replaced);

/* Wakes the streams that there is something for. */
void live_wake(void);

#endif
