/* Running totals of each user, and which of them changed. */
#ifndef TM_ACCOUNT_TOTALS_H
#define TM_ACCOUNT_TOTALS_H

#include <stdbool.h>

#include "common/base/map.h"
#include "common/record/amount.h"

struct total {
	uint64_t sum[2]; /* bytes, by enum tm_direction */
	uint32_t uid;
	bool is_touched;
};

/* All zero is empty. The pointers into users hold until the next new user. */
struct totals {
	struct tm_map map; /* of uids, into users */
	struct total *users;
	uint32_t count, room;
	uint32_t *touched; /* numbers of the users that changed, each once */
	uint32_t touched_count;
};

/* The user's totals, 0 for a new user; NULL without memory. */
struct total *totals_find(struct totals *totals, uint32_t uid);

static inline bool total_is(const void *users, uint32_t number, const void *uid)
{
	return ((const struct total *)users)[number].uid ==
			*(const uint32_t *)uid;
}

/* The totals of a known user, otherwise NULL. */
static inline struct total *totals_known(
		const struct totals *totals, uint32_t uid)
{
	const uint32_t number = tm_map_find(&totals->map, tm_map_hash(uid),
			total_is, totals->users, &uid);

	return number == TM_MAP_NONE ? NULL : &totals->users[number];
}

static inline void totals_touch(struct totals *totals, struct total *total)
{
	if (total->is_touched)
		return;
	total->is_touched = true;
	totals->touched[totals->touched_count++] = total - totals->users;
}

/* Marks no user as changed. */
void totals_settle(struct totals *totals);

void totals_free(struct totals *totals);

#endif
