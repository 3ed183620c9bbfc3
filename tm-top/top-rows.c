#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "top-rows.h"

struct order {
	const struct rows *rows;
	const struct sorting *sorting;
};

const char *rows_user(const struct rows *rows, uint32_t uid)
{
	static char number[TM_NUMBER_SIZE + 1];
	const char *name = NULL;

	if (!rows->is_numeric || uid == TM_NOBODY)
		name = tm_names_user(rows->names, uid);
	if (name)
		return name;
	*tm_number_format(number, uid) = '\0';
	return number;
}

static uint64_t choose_way(const uint64_t bytes[2], enum way way)
{
	switch (way) {
	case ONLY_IN:
		return bytes[TM_IN];
	case ONLY_OUT:
		return bytes[TM_OUT];
	default:
		return bytes[TM_IN] + bytes[TM_OUT];
	}
}

static uint64_t value_of(const struct traffic *traffic, uint32_t number,
		const struct sorting *sorting)
{
	const struct top_row *const row = &traffic->table.rows[number];
	uint64_t bytes[2] = { row->moved[TM_IN].bytes,
		row->moved[TM_OUT].bytes };

	if (sorting->column == BY_NAME)
		return 0;
	if (sorting->column != BY_TOTAL)
		table_window(&traffic->table, &traffic->clock, number,
				WINDOW_2 + (sorting->column - BY_2), bytes);
	return choose_way(bytes, sorting->way);
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int rows_compare_users(const struct rows *rows, uint32_t a, uint32_t b)
{
	const char *x, *y;

	if (rows->is_numeric || a == b)
		return by_number(a, b);
	x = tm_names_user(rows->names, a);
	y = tm_names_user(rows->names, b);
	if (x && y && strcmp(x, y))
		return strcmp(x, y);
	if (!x != !y) /* those without a name come last */
		return x ? -1 : 1;
	return by_number(a, b);
}

/* What is shown first counts first. */
static int rows_compare_names(const struct rows *rows, const struct top_row *a,
		const struct top_row *b)
{
	const uint32_t x = a->key.number, y = b->key.number;
	int order;

	if (a->level == USER)
		return rows_compare_users(rows, x, y);
	order = memcmp(a->key.bytes, b->key.bytes, sizeof(a->key.bytes));
	return order ? order : by_number(x, y);
}

/* The rank of what has none is behind all others. */
static int compare_ranks(const struct top_row *a, const struct top_row *b)
{
	return by_number(a->rank - 1, b->rank - 1);
}

static int compare_items(const void *a, const void *b, void *context)
{
	const struct order *const order = context;
	const struct top_row *const all = order->rows->traffic->table.rows;
	const struct item *const x = a, *const y = b;
	int result = 0;

	if (order->sorting->is_frozen)
		result = compare_ranks(&all[x->row], &all[y->row]);
	if (result)
		return result;
	if (order->sorting->column == BY_NAME)
		result = rows_compare_names(
				order->rows, &all[x->row], &all[y->row]);
	else
		result = by_number(y->value, x->value);
	if (!result)
		result = by_number(y->moved, x->moved);
	if (!result)
		result = by_number(x->row, y->row);
	return order->sorting->is_turned ? -result : result;
}

static uint32_t find_parent(
		const struct table *table, const struct row_place *place)
{
	uint32_t row = ALL;

	for (unsigned i = 0; i < place->depth && row != NO_ROW; i++)
		row = table_find(table, row, &place->keys[i]);
	return row;
}

static bool row_is_below(
		const struct table *table, uint32_t row, uint32_t parent)
{
	while (row > parent)
		row = table->rows[row].parent;
	return row == parent;
}

static int rows_append(struct rows *rows, uint32_t row)
{
	const uint32_t room = rows->room ? 2 * rows->room : 256;
	struct item *items;

	if (rows->count == rows->room) {
		items = realloc(rows->items, room * sizeof(*items));
		if (!items)
			return -1;
		rows->items = items;
		rows->room = room;
	}
	rows->items[rows->count++] = (struct item){ .row = row };
	return 0;
}

/* What the parent moved without the rows that are left of it. */
static void find_rest(struct rows *rows, const struct traffic *traffic)
{
	const struct table *const table = &traffic->table;
	const struct clock *const clock = &traffic->clock;
	uint64_t bytes[2];

	memcpy(rows->rest, table->rows[rows->parent].moved, sizeof(rows->rest));
	for (int w = 0; w < WINDOWS; w++)
		table_window(table, clock, rows->parent, w,
				rows->rest_bytes[w]);
	for (uint32_t i = 0; i < rows->count; i++) {
		const uint32_t number = rows->items[i].row;
		const struct top_row *const row = &table->rows[number];

		for (int d = TM_IN; d <= TM_OUT; d++)
			rows->rest[d] = tm_amount_difference(
					&rows->rest[d], &row->moved[d]);
		for (int w = 0; w < WINDOWS; w++) {
			table_window(table, clock, number, w, bytes);
			rows->rest_bytes[w][TM_IN] -= bytes[TM_IN];
			rows->rest_bytes[w][TM_OUT] -= bytes[TM_OUT];
		}
	}
	rows->has_rest = tm_amount_is_some(&rows->rest[TM_IN]) ||
			tm_amount_is_some(&rows->rest[TM_OUT]);
}

/* Where they are is where they stay. */
static void give_ranks(struct rows *rows, struct table *table)
{
	uint32_t rank = 0;
	struct top_row *row;

	for (uint32_t i = 0; i < rows->count; i++) {
		row = &table->rows[rows->items[i].row];
		if (!row->rank)
			row->rank = rank + 1;
		rank = row->rank;
	}
}

int rows_make(struct rows *rows, const struct row_place *place,
		const struct sorting *sorting)
{
	struct traffic *const traffic = rows->traffic;
	struct table *const table = &traffic->table;
	struct order order = { rows, sorting };
	struct item *item;

	rows->count = 0;
	rows->has_rest = false;
	rows->parent = find_parent(table, place);
	if (rows->parent == NO_ROW)
		return 0;
	for (uint32_t i = ALL + 1; i < table->count; i++) {
		if (table->rows[i].level == place->level &&
				row_is_below(table, i, rows->parent) &&
				rows_append(rows, i))
			return -1;
	}
	for (uint32_t i = 0; i < rows->count; i++) {
		item = &rows->items[i];
		item->value = value_of(traffic, item->row, sorting);
		item->moved = table->rows[item->row].moved[TM_IN].bytes +
				table->rows[item->row].moved[TM_OUT].bytes;
	}
	if (rows->count)
		qsort_r(rows->items, rows->count, sizeof(*item), compare_items,
				&order);
	if (sorting->is_frozen)
		give_ranks(rows, table);
	if (table->has_forgotten)
		find_rest(rows, traffic);
	return 0;
}

void rows_thaw(struct traffic *traffic)
{
	for (uint32_t i = 0; i < traffic->table.count; i++)
		traffic->table.rows[i].rank = 0;
}

void rows_free(struct rows *rows)
{
	free(rows->items);
	memset(rows, 0, sizeof(*rows));
}
