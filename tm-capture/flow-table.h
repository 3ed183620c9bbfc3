/* User space's view of the flow table: what each flow moved since it was last
 * written, and which flows are over. */
#ifndef TM_CAPTURE_FLOW_TABLE_H
#define TM_CAPTURE_FLOW_TABLE_H

#include "programs.h"

#define FLOW_TABLE_BLOCK 256 /* sums passed on at once, at most */

struct flow_table;

/* Callbacks for what a reading finds. Times are since boot. */
struct flow_table_reader {
	void *context;
	/* the owner and interface of a flow, before its first sum: names may
	 * be gone later */
	void (*found)(void *context, const struct tm_event *event);
	void (*summed)(void *context, const struct tm_event *events,
			size_t count);
};

struct flow_table_use {
	uint32_t used, size;
	uint64_t flowless; /* packets written as events for want of a free slot
			    */
};

/* Maps the table of the loaded programs and offers its slots. NULL with errno.
 */
struct flow_table *flow_table_new(const struct programs *programs,
		uint64_t every_ns, uint64_t now_ns);

/* Passes on the sums that are due: of all flows at the end of an interval,
 * otherwise of flows that are over. Call it at least ten times a second. */
void flow_table_read(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader);

/* Passes on everything that is left, after the metering programs are detached.
 */
void flow_table_finish(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader);

struct flow_table_use flow_table_use(const struct flow_table *flows);

#endif
