#include <stdlib.h>

#include "common/base/room.h"
#include "plan.h"

/* The finest table that still has rows of that time. */
static enum tm_history_resolution finest(
		const struct tm_history_marks *marks, uint64_t time_ns)
{
	enum tm_history_resolution r = TM_HISTORY_MINUTE;

	while (r < TM_HISTORY_MONTH &&
			tm_history_slot(r, time_ns) < marks->kept[r])
		r++;
	return r;
}

/* The end of the time that the row of the slot covers. */
static uint64_t end_of(const struct tm_history_marks *marks,
		enum tm_history_resolution r, uint64_t begin_ns)
{
	const uint64_t end = tm_history_next_slot(r, begin_ns);

	return r == TM_HISTORY_MINUTE || end < marks->added[r]
			? end
			: marks->added[r];
}

/* The coarsest table that has a row which begins here and ends in the range.
 */
static enum tm_history_resolution choose(const struct tm_history_marks *marks,
		uint64_t at, uint64_t to_ns,
		enum tm_history_resolution coarsest)
{
	const enum tm_history_resolution least = finest(marks, at);
	enum tm_history_resolution r = coarsest;

	for (; r > least; r--) {
		if (tm_history_slot(r, at) == at && at < marks->added[r] &&
				end_of(marks, r, at) <= to_ns)
			break;
	}
	return r > least ? r : least;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How far rows of that resolution continue. A range may cover centuries, so it
 * must not visit every slot: minutes continue to the end if no coarser row
 * begins later, and rows of the coarsest resolution as long as they are
 * complete. */
static uint64_t plan_end(const struct tm_history_marks *marks,
		enum tm_history_resolution r, uint64_t at, uint64_t to_ns,
		enum tm_history_resolution coarsest)
{
	const uint64_t next = end_of(marks, r, at);
	uint64_t end;

	if (r == coarsest && r != TM_HISTORY_MINUTE) {
		end = tm_history_slot(r, least_of(to_ns, marks->added[r]));
		return end > next ? end : next;
	}
	if (r != TM_HISTORY_MINUTE)
		return next;
	for (enum tm_history_resolution other = r + 1; other <= coarsest;
			other++) {
		if (at < marks->added[other])
			return next;
	}
	return tm_history_next_slot(r, to_ns - 1);
}

static int plan_add(struct tm_history *history, struct tm_history_plan *plan,
		struct tm_history_piece piece)
{
	struct tm_history_piece *const last =
			plan->count ? &plan->pieces[plan->count - 1] : NULL;
	struct tm_history_piece *more;

	if (last && last->resolution == piece.resolution &&
			last->end_ns == piece.begin_ns) {
		last->end_ns = piece.end_ns;
		return 0;
	}
	more = tm_room_for(
			plan->pieces, &plan->room, plan->count, sizeof(*more));
	if (!more)
		return tm_history_fail(history, "out of memory");
	plan->pieces = more;
	plan->pieces[plan->count++] = piece;
	return 0;
}

int tm_history_plan_make(struct tm_history *history, uint64_t from_ns,
		uint64_t to_ns, enum tm_history_resolution coarsest,
		struct tm_history_plan *plan)
{
	const struct tm_history_marks *const marks = &history->marks;
	uint64_t at, end;

	*plan = (struct tm_history_plan){ 0 };
	if (!marks->newest_ns)
		return 0;
	if (from_ns < marks->first_ns)
		from_ns = marks->first_ns;
	if (!to_ns || to_ns > marks->newest_ns)
		to_ns = marks->newest_ns + 1;
	at = tm_history_slot(finest(marks, from_ns), from_ns);
	plan->from_ns = plan->to_ns = at;
	while (from_ns < to_ns && at < to_ns) {
		const enum tm_history_resolution r =
				choose(marks, at, to_ns, coarsest);

		end = plan_end(marks, r, at, to_ns, coarsest);
		if (plan_add(history, plan,
				    (struct tm_history_piece){ r, at, end }))
			return -1;
		at = plan->to_ns = end;
	}
	return 0;
}
