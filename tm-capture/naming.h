/* Which NAME records have to stand before an event: those of the ids that the
 * stream has not named yet. */
#ifndef TM_CAPTURE_NAMING_H
#define TM_CAPTURE_NAMING_H

#include <stdbool.h>

#include "cgroup.h"
#include "common/record/event.h"

struct tm_naming;

/* Interfaces have names in this namespace only. NULL: no memory. */
struct naming *naming_new(const struct cgroup_tree *tree, uint32_t own_netns);

/* The event has an id that was not seen before; a cheap first look. */
bool naming_is_news(struct naming *naming, const struct tm_event *event);

/* The NAME records for the new ids of the event: *records, until the next
 * call; their count, 0 where nothing is known of them. */
size_t naming_records(struct naming *naming, const struct tm_event *event,
		struct tm_event **records);

/* The NAME records of ids whose names came late. */
size_t naming_late(struct naming *naming, uint64_t time_ns,
		struct tm_event **records);

void naming_free(struct naming *naming);

#endif
