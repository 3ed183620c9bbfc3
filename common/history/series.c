#include <stdlib.h>
#include <string.h>

#include "scan.h"
#include "texts.h"

#define BINS_MAX 100000

/* How many slots a bin may have, so that bins begin at round times. */
static const unsigned widths[TM_HISTORY_RESOLUTIONS][8] = {
	[TM_HISTORY_MINUTE] = { 1, 2, 5, 10, 15, 20, 30 },
	[TM_HISTORY_HOUR] = { 1, 2, 3, 4, 6, 12 },
	[TM_HISTORY_DAY] = { 1, 2, 7, 14 },
	[TM_HISTORY_MONTH] = { 1, 2, 3, 6, 12 },
};

/* Slots of the first bin are counted from a coarser slot's beginning. */
static uint64_t first_begin(
		enum tm_history_resolution r, unsigned width, uint64_t from_ns)
{
	uint64_t begin, next;

	if (width == 1 || r == TM_HISTORY_MONTH)
		return tm_history_slot(r, from_ns);
	begin = next = tm_history_slot(r + 1, from_ns);
	while (next <= from_ns) {
		begin = next;
		for (unsigned i = 0; i < width; i++)
			next = tm_history_next_slot(r, next);
	}
	return begin;
}

/* Counts the bins, and stores their beginnings if there is room. */
static size_t lay_bins(enum tm_history_resolution r, unsigned width,
		uint64_t from_ns, uint64_t to_ns, uint64_t *begins, size_t most)
{
	uint64_t at = first_begin(r, width, from_ns);
	size_t count = 0;

	for (; at < to_ns && count <= most; count++) {
		if (begins)
			begins[count] = at;
		for (unsigned i = 0; i < width; i++)
			at = tm_history_next_slot(r, at);
	}
	if (begins)
		begins[count] = at;
	return count;
}

/* The narrowest bins that are few enough and whose sums are all there. */
static unsigned choose_width(const struct tm_history_marks *marks,
		uint64_t from_ns, uint64_t to_ns, unsigned most,
		enum tm_history_resolution *resolution)
{
	unsigned width = 12;

	for (int r = TM_HISTORY_MINUTE; r < TM_HISTORY_RESOLUTIONS; r++) {
		*resolution = r;
		if (r < TM_HISTORY_MONTH &&
				tm_history_slot(r, from_ns) < marks->kept[r])
			continue;
		for (unsigned i = 0; i < 8 && widths[r][i]; i++) {
			width = widths[r][i];
			if (lay_bins(r, width, from_ns, to_ns, NULL, most) <=
					most)
				return width;
		}
	}
	while (lay_bins(TM_HISTORY_MONTH, width, from_ns, to_ns, NULL, most) >
			most)
		width += 12;
	return width;
}

static int choose_bins(struct tm_history *history, uint64_t from_ns,
		uint64_t to_ns, unsigned most, struct tm_history_series *answer)
{
	enum tm_history_resolution r;
	unsigned width;

	if (!most || most > BINS_MAX)
		most = BINS_MAX;
	width = choose_width(&history->marks, from_ns, to_ns, most, &r);
	answer->resolution = r;
	answer->bins = lay_bins(r, width, from_ns, to_ns, NULL, most);
	answer->begins = calloc(answer->bins + 1, sizeof(*answer->begins));
	if (!answer->begins)
		return tm_history_fail(history, "out of memory");
	lay_bins(r, width, from_ns, to_ns, answer->begins, most);
	return 0;
}

/* --- lines --- */

static uint32_t line_value(const struct tm_history_sums *sums, unsigned by)
{
	return by ? sums->values[__builtin_ctz(by)] : 0;
}

/* What a scan fills. */
struct filling {
	struct tm_history_series *series;
	struct tm_index index; /* a key's value to its line */
	unsigned by;
	size_t bin; /* the last row's */
};

static struct tm_history_point *find_point(struct filling *filling,
		const struct tm_history_line *line, uint64_t time_ns)
{
	const struct tm_history_series *const series = filling->series;

	if (time_ns < series->begins[filling->bin])
		filling->bin = 0;
	while (filling->bin + 1 < series->bins &&
			time_ns >= series->begins[filling->bin + 1])
		filling->bin++;
	return &line->points[filling->bin];
}

static void line_add(struct filling *filling, struct tm_history_line *line,
		const struct tm_history_sums *sums)
{
	struct tm_history_point *const point =
			find_point(filling, line, sums->time_ns);

	for (int i = TM_IN; i <= TM_OUT; i++) {
		tm_amount_raise(&point->bytes[i], sums->moved[i].bytes);
		tm_amount_add(&line->row.moved[i], &sums->moved[i]);
		tm_amount_add(&line->row.lost[i], &sums->lost[i]);
	}
}

static void take_line(void *context, const struct tm_history_sums *sums)
{
	struct filling *const filling = context;
	const uint32_t number = tm_index_find(
			&filling->index, line_value(sums, filling->by));

	if (number < filling->series->count)
		line_add(filling, &filling->series->lines[number], sums);
}

static void take_all(void *context, const struct tm_history_sums *sums)
{
	struct filling *const filling = context;

	line_add(filling, &filling->series->lines[filling->series->count],
			sums);
}

/* The rest is everything that is in no line. */
static void subtract_line(struct tm_history_line *rest,
		const struct tm_history_line *line, size_t bins)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		for (size_t j = 0; j < bins; j++)
			rest->points[j].bytes[i] -= line->points[j].bytes[i];
		rest->row.moved[i].bytes -= line->row.moved[i].bytes;
		rest->row.moved[i].packets -= line->row.moved[i].packets;
		rest->row.lost[i].bytes -= line->row.lost[i].bytes;
		rest->row.lost[i].packets -= line->row.lost[i].packets;
	}
}

static void finish_rest(struct tm_history_series *series, unsigned by)
{
	struct tm_history_line *const rest = &series->lines[series->count];

	rest->row.is_rest = by; /* also if there is no line */
	for (size_t i = 0; i < series->count; i++)
		subtract_line(rest, &series->lines[i], series->bins);
	if (tm_history_row_bytes(&rest->row) || !series->count)
		series->count++;
	else
		free(rest->points);
}

/* --- the answer --- */

struct question {
	const struct tm_history_series_query *query;
	struct tm_history_rows top;
	uint32_t *values; /* of the top rows' key */
	struct tm_history_scan scan;
	struct tm_history_plan plan;
	struct filling filling;
};

static int find_top(struct tm_history *history, struct question *question)
{
	const struct tm_history_series_query *const query = question->query;
	const struct tm_history_rows_query top = {
		.filter = query->filter,
		.by = query->by,
		.limit = query->top,
	};
	struct tm_history_rows *const rows = &question->top;

	if (!query->by || !query->top)
		return 0;
	if (tm_history_rows(history, &top, rows))
		return -1;
	question->values = calloc(rows->count + 1, sizeof(uint32_t));
	if (!question->values)
		return tm_history_fail(history, "out of memory");
	for (size_t i = 0; i < rows->count; i++)
		question->values[i] =
				rows->rows[i].ids[__builtin_ctz(query->by)];
	return 0;
}

static int make_lines(struct tm_history *history,
		const struct tm_history_rows *top,
		struct tm_history_series *answer)
{
	const size_t size =
			(answer->bins + 1) * sizeof(struct tm_history_point);

	answer->lines = calloc(top->count + 1, sizeof(*answer->lines));
	if (!answer->lines)
		return tm_history_fail(history, "out of memory");
	for (; answer->count <= top->count; answer->count++) {
		struct tm_history_line *const line =
				&answer->lines[answer->count];

		line->points = calloc(1, size);
		if (!line->points)
			return tm_history_fail(history, "out of memory");
		if (answer->count < top->count)
			line->row = top->rows[answer->count];
		memset(line->row.moved, 0, sizeof(line->row.moved));
		memset(line->row.lost, 0, sizeof(line->row.lost));
	}
	answer->count = top->count;
	return 0;
}

/* Reads everything once, and then only the values of the lines. */
static int fill(struct tm_history *history, struct question *question)
{
	const unsigned by = question->query->by;
	const size_t count = question->filling.series->count;
	struct tm_history_scan *const scan = &question->scan;
	struct tm_history_wanted *const wanted =
			&scan->wanted[by ? __builtin_ctz(by) : 0];

	scan->context = &question->filling;
	scan->take = take_all;
	if (tm_history_scan_run(history, &question->plan, scan))
		return -1;
	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (tm_index_add(&question->filling.index,
				    question->values[i]) == TM_INDEX_NONE)
			return tm_history_fail(history, "out of memory");
	}
	free(wanted->owned);
	*wanted = (struct tm_history_wanted){ true, question->values, count,
		NULL };
	scan->keys = by;
	scan->take = take_line;
	return tm_history_scan_run(history, &question->plan, scan);
}

static int answer_series(struct tm_history *history, struct question *question,
		struct tm_history_series *answer)
{
	const struct tm_history_filter *const filter = &question->query->filter;
	struct tm_history_plan *const plan = &question->plan;

	if (find_top(history, question) ||
			tm_history_scan_filter(
					history, filter, &question->scan) ||
			tm_history_plan_make(history, filter->from_ns,
					filter->to_ns, TM_HISTORY_MONTH,
					plan) ||
			choose_bins(history, plan->from_ns, plan->to_ns,
					question->query->bins, answer))
		return -1;
	free(plan->pieces);
	if (tm_history_plan_make(history, filter->from_ns, filter->to_ns,
			    answer->resolution, plan) ||
			make_lines(history, &question->top, answer))
		return -1;
	question->filling.series = answer;
	question->filling.by = question->query->by;
	if (answer->bins && fill(history, question))
		return -1;
	finish_rest(answer, question->query->by);
	return 0;
}

int tm_history_series(struct tm_history *history,
		const struct tm_history_series_query *query,
		struct tm_history_series *answer)
{
	struct question question = { .query = query };
	int result;

	*answer = (struct tm_history_series){ 0 };
	if (tm_history_begin(history))
		return -1;
	result = answer_series(history, &question, answer);
	tm_history_end(history);
	answer->texts = question.top.texts; /* of the lines' rows */
	free(question.top.rows);
	free(question.values);
	free(question.plan.pieces);
	tm_index_free(&question.filling.index);
	tm_history_scan_free(&question.scan);
	return result;
}

void tm_history_series_free(struct tm_history_series *answer)
{
	for (size_t i = 0; answer->lines && i < answer->count; i++)
		free(answer->lines[i].points);
	free(answer->lines);
	free(answer->begins);
	tm_history_texts_free(answer->texts);
	*answer = (struct tm_history_series){ 0 };
}
