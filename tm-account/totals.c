#include <stdlib.h>
#include <string.h>

#include "totals.h"

#define FIRST_ROOM 64

static int totals_grow(struct totals *totals)
{
	const size_t room =
			totals->room ? (size_t)totals->room * 2 : FIRST_ROOM;
	void *users, *touched;

	users = reallocarray(totals->users, room, sizeof(*totals->users));
	if (!users)
		return -1;
	totals->users = users;
	touched = reallocarray(totals->touched, room, sizeof(*totals->touched));
	if (!touched)
		return -1;
	totals->touched = touched;
	/* a quarter full, because nearly every event is looked up */
	if (tm_map_reserve(&totals->map, 2 * room))
		return -1;
	totals->room = room;
	return 0;
}

struct total *totals_find(struct totals *totals, uint32_t uid)
{
	struct total *const known = totals_known(totals, uid);

	if (known)
		return known;
	if (totals->count == totals->room && totals_grow(totals))
		return NULL;
	totals->users[totals->count] = (struct total){ .uid = uid };
	tm_map_put(&totals->map, tm_map_hash(uid), totals->count);
	return &totals->users[totals->count++];
}

void totals_settle(struct totals *totals)
{
	for (uint32_t i = 0; i < totals->touched_count; i++)
		totals->users[totals->touched[i]].is_touched = false;
	totals->touched_count = 0;
}

void totals_free(struct totals *totals)
{
	tm_map_free(&totals->map);
	free(totals->users);
	free(totals->touched);
	memset(totals, 0, sizeof(*totals));
}
