#include <stdlib.h>
#include <string.h>

#include "top-rows.h"

static uint64_t choose_way(uint64_t in, uint64_t out, enum way way)
{
	return way == ONLY_IN ? in : way == ONLY_OUT ? out : in + out;
}

static uint64_t row_value(const struct rows *rows, uint32_t row)
{
	const struct list *const list = rows->list;
	const struct clock *const clock = &rows->traffic->clock;
	const struct tm_amount *const moved = list->sums.rows[row].moved;
	const struct rate *const rate = &list_row(list, row)->rate;
	const enum way way = rows->sorting.way;
	struct slots slots;
	uint64_t bytes[2];
	double peaks[2];

	switch (rows->sorting.column) {
	case BY_NAME:
		return 0;
	case BY_TOTAL:
		return choose_way(moved[TM_IN].bytes, moved[TM_OUT].bytes, way);
	case BY_PACKETS:
		return choose_way(moved[TM_IN].packets, moved[TM_OUT].packets,
				way);
	case BY_PEAK:
		rate_peaks(rate, clock, peaks);
		return choose_way(peaks[TM_IN], peaks[TM_OUT], way);
	default:
		slots = clock_window(clock,
				WINDOW_2 + (rows->sorting.column - BY_2));
		rate_sum(rate, &slots, bytes);
		return choose_way(bytes[TM_IN], bytes[TM_OUT], way);
	}
}

/* Those without a name come last. */
static int rows_compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : !a - !b;
}

static int rows_compare_users(const struct rows *rows, uint32_t a, uint32_t b)
{
	if (rows->sources.is_numeric || a == b)
		return 0;
	return rows_compare_texts(tm_names_user(rows->sources.names, a),
			tm_names_user(rows->sources.names, b));
}

/* By what is shown of a key, then by its value. */
static int rows_compare_values(const struct rows *rows, unsigned number,
		uint32_t left, uint32_t right)
{
	const struct tm_keys *const keys = &rows->list->place.keys;
	const struct tm_key *const key = keys->list[number];
	const uint64_t *const a =
			list_key(rows->list, left) + keys->offsets[number];
	const uint64_t *const b =
			list_key(rows->list, right) + keys->offsets[number];
	int result = 0;

	if (key->is_user)
		result = rows_compare_users(rows, *a, *b);
	else if (key->is_named || key->is_text)
		result = rows_compare_texts(
				tm_key_recorded_name(key, &rows->sources, a),
				tm_key_recorded_name(key, &rows->sources, b));
	for (unsigned i = 0; !result && i < key->words; i++)
		result = a[i] < b[i] ? -1 : a[i] > b[i];
	return result;
}

static int rows_compare_keys(const struct rows *rows, uint32_t a, uint32_t b)
{
	const unsigned count = rows->list->place.keys.count;
	int result = 0;

	if (rows->sorting.key < count)
		result = rows_compare_values(rows, rows->sorting.key, a, b);
	for (unsigned i = 0; !result && i < count; i++)
		result = rows_compare_values(rows, i, a, b);
	return result;
}

static int rows_compare_totals(const struct rows *rows, uint32_t a, uint32_t b)
{
	const uint64_t x = tm_sum_bytes(&rows->list->sums.rows[a]);
	const uint64_t y = tm_sum_bytes(&rows->list->sums.rows[b]);

	return x > y ? -1 : x < y;
}

/* Of two rows with the same rank. */
static int rows_compare(const struct tm_ranked *a, const struct tm_ranked *b,
		const void *context)
{
	const struct rows *const rows = context;
	int result = 0;

	if (rows->sorting.column == BY_NAME)
		result = rows_compare_keys(rows, a->row, b->row);
	if (!result)
		result = rows_compare_totals(rows, a->row, b->row);
	if (!result)
		result = a->row < b->row ? -1 : a->row > b->row;
	return rows->sorting.is_turned ? -result : result;
}

/* The lowest comes first. Rows without a fixed place come after all others. */
static uint64_t row_rank(const struct rows *rows, uint32_t row)
{
	const uint32_t fixed = list_row(rows->list, row)->fixed;
	uint64_t value;

	if (rows->sorting.is_frozen && fixed)
		return fixed;
	value = row_value(rows, row);
	if (!rows->sorting.is_turned)
		value = ~value;
	if (rows->sorting.is_frozen)
		value = value >> 1 | UINT64_C(1) << 63;
	return value;
}

static int rows_append(struct rows *rows, uint32_t row)
{
	const uint32_t room = rows->room ? 2 * rows->room : 256;
	struct tm_ranked *items;

	if (rows->count == rows->room) {
		items = reallocarray(rows->items, room, sizeof(*items));
		if (!items)
			return -1;
		rows->items = items;
		rows->room = room;
	}
	rows->items[rows->count++] =
			(struct tm_ranked){ row_rank(rows, row), row };
	return 0;
}

/* Nothing since the totals were reset, and no rate that is still shown. */
static bool row_is_gone(const struct rows *rows, uint32_t row)
{
	return tm_sum_is_empty(&rows->list->sums.rows[row]) &&
			!rate_has(&list_row(rows->list, row)->rate,
					rows->traffic->clock.slot) &&
			rows->traffic->clock.slot -
					list_row(rows->list, row)->rate.slot >=
			SLOTS;
}

static void rows_fix(struct rows *rows)
{
	uint32_t rank = 0;

	rows_rank(rows, rows->count);
	for (uint32_t i = 0; i < rows->count; i++) {
		uint32_t *const fixed =
				&list_row(rows->list, rows->items[i].row)
						 ->fixed;

		if (!*fixed)
			*fixed = rank + 1;
		rows->items[i].rank = rank = *fixed;
	}
}

int rows_make(struct rows *rows, struct traffic *traffic,
		const struct list_place *place, const struct sorting *sorting)
{
	const struct tm_sum *rest;

	rows->count = rows->ranked = 0;
	rows->traffic = traffic;
	rows->list = traffic_list(traffic, place);
	if (!rows->list)
		return -1;
	rows->sorting = *sorting;
	rows->arranged = traffic->arranged;
	for (uint32_t row = 0; row < rows->list->sums.count; row++) {
		if (!row_is_gone(rows, row) && rows_append(rows, row))
			return -1;
	}
	rest = &rows->list->sums.others;
	rows->has_rest = !tm_sum_is_empty(rest);
	if (sorting->is_frozen)
		rows_fix(rows);
	return 0;
}

bool rows_are_stale(const struct rows *rows)
{
	return !rows->traffic || rows->arranged != rows->traffic->arranged;
}

void rows_forget(struct rows *rows)
{
	rows->traffic = NULL;
}

uint32_t rows_rank(struct rows *rows, uint32_t most)
{
	if (most > rows->count)
		most = rows->count;
	if (most > rows->ranked) {
		tm_rank(rows->items, rows->count, most, rows_compare, rows);
		rows->ranked = most;
	}
	return most;
}

static bool item_is_before(const struct rows *rows, const struct tm_ranked *a,
		const struct tm_ranked *b)
{
	return a->rank != b->rank ? a->rank < b->rank
				  : rows_compare(a, b, rows) < 0;
}

uint32_t rows_find(const struct rows *rows, uint32_t row)
{
	const struct tm_ranked sought = { row_rank(rows, row), row };
	uint32_t before = 0;

	for (uint32_t i = 0; i < rows->count; i++)
		before += item_is_before(rows, &rows->items[i], &sought);
	return before;
}

void rows_free(struct rows *rows)
{
	free(rows->items);
	rows->items = NULL;
	rows->count = rows->room = 0;
}
