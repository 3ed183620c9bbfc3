/* The flow table of the interval sums, as user space has it: what each flow
 * moved since it was written last, and which flows are over. */
#ifndef TM_CAPTURE_FLOWS_H
#define TM_CAPTURE_FLOWS_H

#include "programs.h"

#define TM_FLOWS_BLOCK 256 /* the most sums that are handed out at once */

struct tm_flows;

/* Who takes what a reading finds. Times are since boot. */
struct tm_flows_reader {
	void *context;
	/* the owner and interface of a flow, before its first sum: names may
	 * be gone later */
	void (*found)(void *context, const struct tm_event *event);
	void (*summed)(void *context, const struct tm_event *events,
			size_t count);
};

struct tm_flows_use {
	uint32_t used, size;
	uint64_t flowless; /* packets that were events for want of a flow */
};

/* Maps the table of programs that were loaded with it, and offers its slots.
 * NULL and errno. */
struct tm_flows *tm_flows_new(const struct tm_programs *programs,
		uint64_t every_ns, uint64_t now_ns);

/* Hands out sums that are due: of all flows at the end of an interval, else of
 * those that are over. To be called ten times a second or more often. */
void tm_flows_read(struct tm_flows *flows, uint64_t now_ns,
		const struct tm_flows_reader *reader);

/* Hands out all that is left, once the programs that add have ended. */
void tm_flows_finish(struct tm_flows *flows, uint64_t now_ns,
		const struct tm_flows_reader *reader);

struct tm_flows_use tm_flows_use(const struct tm_flows *flows);

void tm_flows_free(struct tm_flows *flows);

#endif
