/* What came in between two looks at the history, by user. */
#ifndef TM_WEB_CHANGES_H
#define TM_WEB_CHANGES_H

#include <sys/types.h>

#include "common/base/index.h"
#include "common/history/query.h"

struct change {
	uint32_t uid;
	uint64_t in, out, packets_in, packets_out, lost;
};

/* The sums of the last minutes as they were at the last look. All zero is
 * none. */
struct changes {
	struct tm_index index; /* minute and user */
	struct change *sums;
	uint64_t from_ns;
	bool has_looked;
	/* is told of everybody's name who is in a list */
	void (*note)(uint32_t uid, const char *name);
};

/* Looks again; *list is what has been added, the largest first, and to be
 * freed. How many, or -1 with a problem of the history or of memory. */
ssize_t changes_look(struct changes *changes, struct tm_history *history,
		uint64_t newest_ns, struct change **list);

void changes_forget(struct changes *changes);

void change_add(struct change *sum, const struct change *more);

static inline uint64_t change_total(const struct change *change)
{
	return change->in + change->out;
}

/* Sorts the largest first. */
void changes_sort(struct change *list, size_t count);

#endif
