/* Which NAME records have to stand before an event: those of the ids that the
 * stream has not named yet, and of users and interfaces whose names change. */
#ifndef TM_CAPTURE_NAMING_H
#define TM_CAPTURE_NAMING_H

#include <stdbool.h>

#include "cgroup.h"
#include "common/record/event.h"
#include "processes.h"

/* Interfaces are named in this network namespace only. NULL: no memory. */
struct naming *naming_new(const struct cgroup_tree *tree, uint32_t own_netns,
		struct processes *processes);

/* Whether the event may have an id that was not seen before, or the pid of
 * another process; a cheap check. The identity is that of its process. */
bool naming_is_news(struct naming *naming, const struct tm_event *event,
		uint32_t identity);

/* Points *records at the NAME records that the event needs, until the next
 * call. Returns their count, 0 if no name is known. */
size_t naming_records(struct naming *naming, const struct tm_event *event,
		uint32_t identity, struct tm_event **records);

/* The same for an event that comes later, of which only the ids count. Its
 * process is not named yet: events of another one may come before. */
size_t naming_introduce(struct naming *naming, const struct tm_event *event,
		uint32_t identity, struct tm_event **records);

/* Looks for names of cgroups for a few ms. Whether there is more to do. */
bool naming_continue(struct naming *naming);

/* The NAME records of ids whose names came late or have changed; to be called
 * once a second. Some, where there are many; the others come later. */
size_t naming_late(struct naming *naming, uint64_t time_ns,
		struct tm_event **records);

#endif
