#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "before.h"
#include "common/base/clock.h"
#include "database.h"
#include "row-order.h"

#define UNITS_MOST 800 /* a longer range is no calendar period */

/* --- the period --- */

struct step {
	enum tm_history_resolution unit;
	unsigned count; /* 0 = no units */
};

static unsigned units_in(enum tm_history_resolution unit, uint64_t from_ns,
		uint64_t to_ns)
{
	unsigned count = 0;

	for (; from_ns < to_ns && count <= UNITS_MOST; count++)
		from_ns = tm_history_next_slot(unit, from_ns);
	return count;
}

/* Seven days from a Monday are a week, twelve months from January a year. */
static unsigned whole_units(
		enum tm_history_resolution unit, unsigned count, time_t from)
{
	struct tm local = { 0 };

	localtime_r(&from, &local);
	if (unit == TM_HISTORY_DAY && local.tm_wday == 1 && count < 7)
		return 7;
	if (unit == TM_HISTORY_MONTH && !local.tm_mon && count > 1 &&
			count < 12)
		return 12;
	return count > UNITS_MOST ? 0 : count;
}

/* The first day of a month counts as a day, a longer part as the month. */
static struct step step_of(uint64_t from_ns, uint64_t to_ns)
{
	enum tm_history_resolution unit = TM_HISTORY_DAY;

	if (tm_history_slot(TM_HISTORY_DAY, from_ns) != from_ns)
		return (struct step){ TM_HISTORY_DAY, 0 };
	if (to_ns <= tm_history_next_slot(TM_HISTORY_DAY, from_ns))
		return (struct step){ TM_HISTORY_DAY, 1 };
	if (tm_history_slot(TM_HISTORY_MONTH, from_ns) == from_ns)
		unit = TM_HISTORY_MONTH;
	return (struct step){ unit,
		whole_units(unit, units_in(unit, from_ns, to_ns),
				from_ns / TM_SECOND_NS) };
}

/* The beginning of the slot that lies step.count slots before. */
static uint64_t go_back(struct step step, uint64_t time_ns)
{
	for (; step.count && time_ns; step.count--)
		time_ns = tm_history_slot(step.unit, time_ns - 1);
	return time_ns;
}

void tm_history_period_before(uint64_t from_ns, uint64_t to_ns,
		uint64_t *before_from_ns, uint64_t *before_to_ns)
{
	const struct step step = step_of(from_ns, to_ns);
	const uint64_t last_ns = tm_history_slot(step.unit, to_ns);
	const uint64_t length_ns = to_ns - from_ns;
	uint64_t end_ns;

	*before_from_ns = from_ns > length_ns ? from_ns - length_ns : 0;
	*before_to_ns = from_ns;
	if (!step.count)
		return;
	*before_from_ns = go_back(step, from_ns);
	*before_to_ns = go_back(step, last_ns) + (to_ns - last_ns);
	/* a month may be shorter */
	end_ns = go_back(step, tm_history_next_slot(step.unit, to_ns));
	if (*before_to_ns > end_ns)
		*before_to_ns = end_ns;
}

/* --- the rows --- */

static int compare_rows(const void *a, const void *b)
{
	return tm_history_row_compare_values(a, b);
}

static void before_fill(struct tm_history_before *answer,
		const struct tm_history_rows *earlier,
		const struct tm_history_row *rows, size_t count)
{
	const struct tm_history_row *row;

	qsort(earlier->rows, earlier->count, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < count; i++) {
		row = bsearch(&rows[i], earlier->rows, earlier->count,
				sizeof(*rows), compare_rows);
		if (row)
			memcpy(answer->rows[i].moved, row->moved,
					sizeof(row->moved));
	}
	memcpy(answer->sum.moved, earlier->sum.moved,
			sizeof(answer->sum.moved));
}

int tm_history_rows_before(struct tm_history *history,
		const struct tm_history_rows_query *query,
		const struct tm_history_row *rows, size_t count,
		struct tm_history_before *answer)
{
	const struct tm_history_rows_query all = {
		.filter = query->filter,
		.by = query->by,
		.search = query->search,
	};
	struct tm_history_rows earlier = { 0 };
	int result = 0;

	*answer = (struct tm_history_before){
		.from_ns = query->filter.from_ns,
		.to_ns = query->filter.to_ns,
		.rows = calloc(count + 1, sizeof(*answer->rows)),
	};
	if (!answer->rows)
		return tm_history_fail(history, "out of memory");
	/* 0 would mean the newest */
	if (answer->to_ns)
		result = tm_history_rows(history, &all, &earlier);
	if (!result && earlier.rows)
		before_fill(answer, &earlier, rows, count);
	tm_history_rows_free(&earlier);
	return result;
}

void tm_history_before_free(struct tm_history_before *answer)
{
	free(answer->rows);
	*answer = (struct tm_history_before){ 0 };
}
