/* The flow table of the interval sums, as user space has it: what each flow
 * moved since it was written last, and which flows are over. */
#ifndef TM_CAPTURE_FLOW_TABLE_H
#define TM_CAPTURE_FLOW_TABLE_H

#include "programs.h"

#define FLOW_TABLE_BLOCK 256 /* the most sums that are handed out at once */

struct flow_table;

/* Who takes what a reading finds. Times are since boot. */
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
	uint64_t flowless; /* packets that were events for want of a flow */
};

/* Maps the table of programs that were loaded with it, and offers its slots.
 * NULL and errno. */
struct flow_table *flow_table_new(const struct programs *programs,
		uint64_t every_ns, uint64_t now_ns);

/* Hands out sums that are due: of all flows at the end of an interval, else of
 * those that are over. To be called ten times a second or more often. */
void flow_table_read(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader);

/* Hands out all that is left, once the programs that add have ended. */
void flow_table_finish(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader);

struct flow_table_use flow_table_use(const struct flow_table *flows);

void flow_table_free(struct flow_table *flows);

#endif
