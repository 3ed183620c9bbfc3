/* Which process the stream has named for each pid, and the NAME records of
 * another one. */
#ifndef TM_CAPTURE_PROCESS_NAMES_H
#define TM_CAPTURE_PROCESS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/record/event.h"
#include "processes.h"

struct process_names;

/* NULL: no memory. */
struct process_names *process_names_new(struct processes *processes);

/* Whether the pid may be named as another process; a cheap check. */
bool process_names_are_news(const struct process_names *names, uint32_t pid,
		uint32_t identity);

/* Writes the NAME records that the pid needs, at most four long texts. Returns
 * their count, and at *facts what they contain, or NULL. */
size_t process_names_records(struct process_names *names, uint32_t pid,
		uint32_t identity, uint64_t time_ns, struct tm_event *out,
		const struct process_facts **facts);

void process_names_free(struct process_names *names);

#endif
