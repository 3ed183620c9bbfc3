/* The eBPF programs: load, attach, read what they counted, detach. */
#ifndef TM_CAPTURE_PROGRAMS_H
#define TM_CAPTURE_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/capture.h"

struct bpf_link;
struct bpf_object;
struct ring_buffer;

#define PROGRAMS_PROBLEM 512
#define PROGRAMS_PARTS 10 /* programs of the object */

struct programs {
	struct bpf_object *object;
	struct bpf_link *links[PROGRAMS_PARTS];
	struct ring_buffer *ring;
	struct counters *counters; /* one for each CPU */
	size_t counters_size;
	unsigned cpus;
	int lost_fd;
	uint32_t *lost_turn;  /* in which programs count losses */
	uint32_t flows;	      /* slots of the flow table, 0 = no sums */
	uint32_t meter;	      /* enum tm_hook: what meters, cgroup_skb or tcx */
	uint32_t hooks;	      /* enum tm_hook: those that can be used */
	uint32_t spared;      /* of them, those not attached: not needed */
	bool knows_task;      /* can read the running task */
	bool knows_buffer;    /* can read sk_buff: fragments and --l2 */
	bool finds_receivers; /* can look up the socket of an inbound frame */
	bool has_cgroup;      /* to attach to */
	bool keeps_result;    /* the kernel has what programs decided, ... */
	bool knows_result;    /* ... and those after them see it */
	char problem[PROGRAMS_PROBLEM];
};

/* Loads the programs that meter a cgroup (TM_HOOK_CGROUP_SKB) or interfaces
 * (TM_HOOK_TCX), giving up what the kernel refuses one step at a time. With
 * flows, a power of two, they keep interval sums in a table of that many slots;
 * sums are given up first, and hooks then lacks TM_HOOK_INTERVALS. Without a
 * cgroup, hooks lacks the hooks of cgroups. 0, or -1 with errno and problem. */
int programs_load(struct programs *programs, const struct settings *settings,
		size_t ring_bytes, uint32_t flows, uint32_t meter,
		bool has_cgroup);

/* Passes every record of the ring to on_event, which ends a round by returning
 * a negative number. 0, or -1 with errno and problem. */
int programs_read_with(struct programs *programs,
		int on_event(void *context, void *data, size_t size),
		void *context);

/* The descriptor of a map of the programs. */
int programs_map(const struct programs *programs, const char *name);

/* Attaches to the cgroup by links, which end with the process. Then finds the
 * holders of existing sockets. 0, or -1 with errno and problem. */
int programs_attach(struct programs *programs, int cgroup_fd);

/* The programs for an interface, by direction; programs_attach() skips them. */
void programs_of_interface(const struct programs *programs, int fds[2]);

/* False once the cgroup was removed. */
bool programs_are_attached(const struct programs *programs);

/* Ends the metering and waits for programs that still run. The sums of the
 * flows can still be read. */
void programs_stop(struct programs *programs);

/* Detaches the remaining programs. The ring can still be read. */
void programs_detach(struct programs *programs);

/* Lets libbpf's own messages through to standard error. */
void programs_be_verbose(void);

#endif
