#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "group.h"
#include "row-order.h"
#include "row-top.h"

static int compare_values(const void *a, const void *b)
{
	return tm_history_row_compare_values(a, b);
}

static void row_add(
		struct tm_history_row *sum, const struct tm_history_row *row)
{
	tm_history_amounts_add(sum->moved, row->moved);
	tm_history_amounts_add(sum->lost, row->lost);
}

/* Adds up neighbours that are equal; how many rows are left. */
static size_t rows_merge(struct tm_history_row *rows, size_t count,
		int compare_rows(const void *a, const void *b))
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept && !compare_rows(&rows[kept - 1], &rows[i]))
			row_add(&rows[kept - 1], &rows[i]);
		else
			rows[kept++] = rows[i];
	}
	return kept;
}

/* The largest values over the range, in the order of compare_values. */
static size_t choose_values(const struct tm_history_rows_query *query,
		struct tm_history_row *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_values);
	count = rows_merge(values, count, compare_values);
	for (size_t i = 0; i < count; i++)
		values[i].time_ns = 0;
	tm_history_rows_sort(values, count, query->by,
			query->sort == TM_HISTORY_SORT_KEY
					? TM_HISTORY_SORT_TOTAL
					: query->sort,
			false);
	if (count > query->top)
		count = query->top;
	while (count &&
			tm_history_row_is_remainder(
					&values[count - 1], query->by))
		count--;
	qsort(values, count, sizeof(*values), compare_values);
	return count;
}

static int compare_slots(const void *one, const void *other)
{
	const struct tm_history_row *const a = one, *const b = other;

	return (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns);
}

static void make_rest(struct tm_history_row *row)
{
	row->is_rest = true;
	memset(row->texts, 0, sizeof(row->texts));
	memset(row->ids, 0, sizeof(row->ids));
	row->direction = 0;
}

/* Rows of the chosen values first; how many those are. */
static size_t part_rows(struct tm_history_rows *answer,
		const struct tm_history_row *values, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < answer->found; i++) {
		struct tm_history_row row = answer->rows[i];

		if (bsearch(&row, values, count, sizeof(*values),
				    compare_values)) {
			answer->rows[i] = answer->rows[kept];
			answer->rows[kept++] = row;
		} else {
			make_rest(&answer->rows[i]);
		}
	}
	return kept;
}

int tm_history_rows_fold(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer)
{
	const size_t size = answer->found * sizeof(*answer->rows);
	struct tm_history_row *values, *rests;
	size_t count, kept;

	if (!answer->found)
		return 0;
	values = malloc(size);
	if (!values)
		return tm_history_fail(history, "out of memory");
	memcpy(values, answer->rows, size);
	count = choose_values(query, values, answer->found);
	kept = part_rows(answer, values, count);
	free(values);
	rests = answer->rows + kept;
	qsort(rests, answer->found - kept, sizeof(*rests), compare_slots);
	answer->found = kept +
			rows_merge(rests, answer->found - kept, compare_slots);
	return 0;
}
