/* The eBPF programs: load, attach, read what they counted, detach. */
#ifndef TM_CAPTURE_PROGRAMS_H
#define TM_CAPTURE_PROGRAMS_H

#include "bpf/capture.h"

#include <stdbool.h>
#include <stddef.h>

struct bpf_link;
struct bpf_object;
struct ring_buffer;

#define PROGRAMS_PROBLEM 512

struct programs {
	struct bpf_object *object;
	struct bpf_link *links[2]; /* by enum tm_direction */
	struct ring_buffer *ring;
	struct tm_counters *counters; /* one for each CPU */
	size_t counters_size;
	unsigned cpus;
	int lost_fd;
	uint32_t hooks;	     /* enum tm_hook */
	const char *missing; /* what this kernel refuses, NULL = nothing */
	char problem[PROGRAMS_PROBLEM];
};

/* Loads the programs with a ring of that size, giving up what this kernel
 * refuses, one step at a time. 0, or -1 with errno and problem. */
int programs_load(struct programs *programs, const struct tm_settings *settings,
	size_t ring_bytes);

/* Has every record of the ring handed to on_event, which ends a round with a
 * negative number. 0, or -1 with errno and problem. */
int programs_read_with(struct programs *programs,
	int on_event(void *context, void *data, size_t size), void *context);

/* Attaches to the cgroup, as links: they end with the process. */
int programs_attach(struct programs *programs, int cgroup_fd);

/* False once the cgroup was removed. */
bool programs_are_attached(const struct programs *programs);

/* Ends the metering and waits for programs that still run. */
void programs_detach(struct programs *programs);

struct tm_counted programs_counted(
	const struct programs *programs, enum tm_direction direction);

/* Calls found for every owner that lost events, with all it has lost so far.
 * 0, or -1 and errno. */
int programs_lost(const struct programs *programs,
	void found(void *context, const struct tm_lost_key *key,
		const struct tm_amount *amount),
	void *context);

void programs_free(struct programs *programs);

/* Lets libbpf's own messages through to standard error. */
void programs_be_verbose(void);

#endif
