/* The ids that carry a name: by NAME records, and before one by this machine if
 * the stream is its own. */
#ifndef TM_FILTER_NAMED_IDS_H
#define TM_FILTER_NAMED_IDS_H

#include "common/base/index.h"
#include "common/record/names.h"

struct tm_ids {
	struct tm_ids *next;
	enum tm_name_of of;
	char *name;
	bool is_pattern;       /* as of fnmatch(3), of recorded names only */
	struct tm_index index; /* ids that carry the name or once did */
	bool *carries;
	bool found;	 /* some id carried it */
	bool is_of_here; /* this machine was asked */
};

static inline bool tm_ids_hold(const struct tm_ids *ids, uint64_t id)
{
	uint32_t number;

	if (ids->index.count == 1) /* as most names have */
		return *ids->index.keys == id && *ids->carries;
	number = tm_index_find(&ids->index, id);
	return number != TM_INDEX_NONE && ids->carries[number];
}

/* Whether an id whose name is this text counts. */
bool tm_ids_match(const struct tm_ids *ids, const char *text);

/* The ids of that name, in front of the others, with this machine's among them
 * and those of the NAME records so far. Of a cgroup those below it count too.
 * NULL when there is no memory. */
struct tm_ids *tm_ids_new(struct tm_ids **all, enum tm_name_of of,
		const char *name, bool is_pattern, struct tm_names *names);

/* Learns from a NAME or START record. 0, or -1 and errno. */
int tm_ids_note(struct tm_ids *all, struct tm_names *names,
		const struct tm_event *event);

void tm_ids_free(struct tm_ids *all);

#endif
