/* Live traffic as server-sent events. The watching thread reports what each
 * commit added; a listener that does not keep up gets the sum. */
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

/* Whether somebody listens or listened until recently. */
bool live_is_wanted(void);

/* Reports a commit to the streams, which take over its list. */
void live_tell(struct event event);

void live_name(uint32_t uid, const char *name);

/* Forgets all events: they are too old to compare with or, if is_replaced,
 * those of another file. */
void live_forget(bool is_replaced);

/* Wakes the streams that have something to send. */
void live_wake(void);

#endif
