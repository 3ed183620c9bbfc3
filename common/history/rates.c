#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "group.h"
#include "rates.h"

#define SLOTS_MOST (7 * 24 * 60)
#define CELLS_MOST 50000 /* of rows by remote, each of which is sought */
#define EXCEEDED 20	 /* of so many slots one may be faster */

struct slot {
	uint64_t bytes[2];
};

/* What a scan fills: a line of slots for each value. */
struct lines {
	struct tm_history_group group; /* numbers the values */
	enum tm_history_resolution resolution;
	uint64_t *begins; /* slots + 1 */
	size_t count, slots;
	struct slot *cells; /* line after line */
	size_t at;	    /* the last row's slot */
};

/* --- the slots --- */

static size_t count_slots(enum tm_history_resolution r,
		const struct tm_history_plan *plan, size_t most)
{
	uint64_t at = tm_history_slot(r, plan->from_ns);
	size_t count = 0;

	for (; at < plan->to_ns && count <= most; count++)
		at = tm_history_next_slot(r, at);
	return count;
}

static enum tm_history_resolution choose_rate_slots(
		const struct tm_history_marks *marks,
		const struct tm_history_plan *plan, unsigned by, size_t count)
{
	enum tm_history_resolution r = TM_HISTORY_MINUTE;
	size_t most = SLOTS_MOST;

	if (by & TM_HISTORY_BY_REMOTE && count)
		most = CELLS_MOST / count;
	while (r < TM_HISTORY_MONTH &&
			(tm_history_slot(r, plan->from_ns) < marks->kept[r] ||
					count_slots(r, plan, most) > most))
		r++;
	return r;
}

static int lay_slots(struct lines *lines, enum tm_history_resolution r,
		const struct tm_history_plan *plan)
{
	uint64_t at = tm_history_slot(r, plan->from_ns);

	lines->slots = count_slots(r, plan, SIZE_MAX - 1);
	lines->begins = calloc(lines->slots + 1, sizeof(*lines->begins));
	lines->cells = calloc(
			lines->slots * lines->count + 1, sizeof(*lines->cells));
	if (!lines->begins || !lines->cells)
		return -1;
	for (size_t i = 0; i <= lines->slots; i++) {
		lines->begins[i] = at;
		at = tm_history_next_slot(r, at);
	}
	return 0;
}

/* --- the scan --- */

static void take_cell(void *context, const struct tm_history_sums *sums)
{
	struct lines *const lines = context;
	const uint32_t line =
			tm_history_group_known(&lines->group, sums->values);
	struct slot *cell;

	if (line >= lines->count)
		return;
	if (sums->time_ns < lines->begins[lines->at])
		lines->at = 0;
	while (lines->at + 1 < lines->slots &&
			sums->time_ns >= lines->begins[lines->at + 1])
		lines->at++;
	cell = &lines->cells[line * lines->slots + lines->at];
	for (int i = TM_IN; i <= TM_OUT; i++)
		cell->bytes[i] += sums->moved[i].bytes;
}

/* Reads only the values of the rows. */
static int want_rows(struct tm_history *history, struct tm_history_scan *scan,
		const struct tm_history_row *rows, size_t count)
{
	for (unsigned key = 0; key < TM_KEYS_STORED; key++) {
		struct tm_history_wanted *const wanted = &scan->wanted[key];

		if (!(scan->keys & 1u << key))
			continue;
		free(wanted->owned);
		wanted->owned = calloc(count + 1, sizeof(*wanted->owned));
		if (!wanted->owned)
			return tm_history_fail(history, "out of memory");
		for (size_t i = 0; i < count; i++)
			wanted->owned[i] = rows[i].ids[key];
		wanted->values = wanted->owned;
		wanted->is_set = true;
		wanted->count = count;
	}
	return 0;
}

static int number_rows(struct lines *lines, const struct tm_history_row *rows,
		size_t count)
{
	struct tm_history_sums sums = { 0 };

	for (size_t i = 0; i < count; i++) {
		memcpy(sums.values, rows[i].ids, sizeof(sums.values));
		tm_history_group_take(&lines->group, &sums);
	}
	lines->count = lines->group.count;
	return lines->group.has_failed ? -1 : 0;
}

/* --- the rates --- */

static int compare_falling(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

/* From the rates of the slots, which this sorts. */
static void rank_rates(
		uint64_t *rates, size_t slots, uint64_t *peak, uint64_t *high)
{
	qsort(rates, slots, sizeof(*rates), compare_falling);
	*peak = rates[0];
	*high = rates[slots / EXCEEDED];
}

/* Directions are TM_IN, TM_OUT, or both of them: 2. */
static void fill_rates(const struct lines *lines, const struct slot *line,
		int direction, uint64_t *rates)
{
	for (size_t i = 0; i < lines->slots; i++) {
		const uint64_t seconds =
				(lines->begins[i + 1] - lines->begins[i]) /
				TM_SECOND_NS;
		const uint64_t bytes = direction > TM_OUT
				? line[i].bytes[TM_IN] + line[i].bytes[TM_OUT]
				: line[i].bytes[direction];

		rates[i] = bytes / seconds;
	}
}

static int rates_of_rows(const struct lines *lines,
		const struct tm_history_row *rows, size_t count,
		struct tm_history_rate *answer)
{
	uint64_t *const rates = calloc(lines->slots + 1, sizeof(*rates));

	if (!rates)
		return -1;
	for (size_t i = 0; i < count && lines->slots; i++) {
		const uint32_t line = tm_history_group_known(
				&lines->group, rows[i].ids);
		const struct slot *const cells =
				&lines->cells[line * lines->slots];
		struct tm_history_rate *const rate = &answer[i];

		for (int j = TM_IN; j <= TM_OUT; j++) {
			fill_rates(lines, cells, j, rates);
			rank_rates(rates, lines->slots, &rate->peak[j],
					&rate->high[j]);
		}
		fill_rates(lines, cells, 2, rates);
		rank_rates(rates, lines->slots, &rate->peak_total,
				&rate->high_total);
	}
	free(rates);
	return 0;
}

/* --- the answer --- */

/* The range, divided into slots. */
static int lay_lines(struct tm_history *history,
		const struct tm_history_filter *filter, size_t count,
		struct lines *lines, struct tm_history_plan *plan)
{
	enum tm_history_resolution *const r = &lines->resolution;

	if (tm_history_plan_make(history, filter->from_ns, filter->to_ns,
			    TM_HISTORY_MONTH, plan))
		return -1;
	*r = choose_rate_slots(&history->marks, plan, lines->group.by, count);
	free(plan->pieces);
	if (tm_history_plan_make(
			    history, filter->from_ns, filter->to_ns, *r, plan))
		return -1;
	return lay_slots(lines, *r, plan)
			? tm_history_fail(history, "out of memory")
			: 0;
}

static int fill_lines(struct tm_history *history,
		const struct tm_history_rows_query *query,
		const struct tm_history_row *rows, size_t count,
		struct lines *lines)
{
	struct tm_history_scan scan = {
		.keys = lines->group.by,
		.take = take_cell,
		.context = lines,
	};
	struct tm_history_plan plan = { 0 };
	int result = -1;

	if (number_rows(lines, rows, count))
		tm_history_fail(history, "out of memory");
	else if (!tm_history_scan_filter(history, &query->filter, &scan) &&
			!want_rows(history, &scan, rows, count) &&
			!lay_lines(history, &query->filter, count, lines,
					&plan))
		result = tm_history_scan_run(history, &plan, &scan);
	free(plan.pieces);
	tm_history_scan_free(&scan);
	return result;
}

static int answer_rates(struct tm_history *history,
		const struct tm_history_rows_query *query,
		const struct tm_history_row *rows, size_t count,
		struct tm_history_rates *answer)
{
	struct lines lines = { .group.by = query->by &
				((1u << TM_KEYS_STORED) - 1) };
	int result = fill_lines(history, query, rows, count, &lines);

	answer->resolution = lines.resolution;
	answer->slots = lines.slots;
	answer->rates = calloc(count + 1, sizeof(*answer->rates));
	if (!result &&
			(!answer->rates ||
					rates_of_rows(&lines, rows, count,
							answer->rates)))
		result = tm_history_fail(history, "out of memory");
	free(lines.begins);
	free(lines.cells);
	tm_history_group_free(&lines.group);
	return result;
}

int tm_history_rates(struct tm_history *history,
		const struct tm_history_rows_query *query,
		const struct tm_history_row *rows, size_t count,
		struct tm_history_rates *answer)
{
	int result;

	*answer = (struct tm_history_rates){ 0 };
	if (tm_history_begin(history))
		return -1;
	result = answer_rates(history, query, rows, count, answer);
	tm_history_end(history);
	return result;
}

void tm_history_rates_free(struct tm_history_rates *answer)
{
	free(answer->rates);
	*answer = (struct tm_history_rates){ 0 };
}
