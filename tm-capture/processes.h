/* What the programs report of processes, kept until the stream has named them:
 * who a process is, by its pid and the identity that events carry. */
#ifndef TM_CAPTURE_PROCESSES_H
#define TM_CAPTURE_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

struct processes;

/* Texts are "" if there is none. */
struct process_facts {
	uint64_t cgroup_id;
	uint32_t login; /* a uid, TM_NOBODY = none */
	uint32_t session;
	const char *command;
	const char *cgroup; /* below the mount, as cgroup_names_find() has it */
	const char *cgroup1;
	const char *arguments; /* without secrets */
};

/* Reads the ring with that descriptor. With arguments, also asks /proc for the
 * command lines that the programs could not read. NULL with errno. */
struct processes *processes_new(int ring, bool has_arguments);

/* Reads the ring; to be called often, as it is small. */
void processes_follow(struct processes *processes);

/* NULL if the programs could not report it, or did so too long ago. Valid until
 * the next call. */
const struct process_facts *processes_find(
		struct processes *processes, uint32_t pid, uint32_t identity);

/* The stream has the facts, so that they may be forgotten. */
void processes_release(
		struct processes *processes, uint32_t pid, uint32_t identity);

#endif
