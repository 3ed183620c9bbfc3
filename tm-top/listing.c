#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "listing.h"

struct order {
	const struct sight *sight;
	const struct sorting *sorting;
};

const char *user_text(const struct sight *sight, uint32_t uid)
{
	static char number[TM_NUMBER_SIZE + 1];
	const char *name = NULL;

	if (!sight->is_numeric || uid == TM_NOBODY)
		name = tm_names_user(sight->names, uid);
	if (name)
		return name;
	*tm_number_format(number, uid) = '\0';
	return number;
}

static uint64_t choose(const uint64_t bytes[2], enum way way)
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
	return choose(bytes, sorting->way);
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_users(const struct sight *sight, uint32_t a, uint32_t b)
{
	const char *x, *y;

	if (sight->is_numeric || a == b)
		return by_number(a, b);
	x = tm_names_user(sight->names, a);
	y = tm_names_user(sight->names, b);
	if (x && y && strcmp(x, y))
		return strcmp(x, y);
	if (!x != !y) /* those without a name come last */
		return x ? -1 : 1;
	return by_number(a, b);
}

/* What is shown first counts first. */
static int compare_names(const struct sight *sight, const struct top_row *a,
		const struct top_row *b)
{
	const uint32_t x = a->key.number, y = b->key.number;
	int order;

	if (a->level == USER)
		return compare_users(sight, x, y);
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
	const struct top_row *const rows = order->sight->traffic->table.rows;
	const struct item *const x = a, *const y = b;
	int result = 0;

	if (order->sorting->is_frozen)
		result = compare_ranks(&rows[x->row], &rows[y->row]);
	if (result)
		return result;
	if (order->sorting->column == BY_NAME)
		result = compare_names(
				order->sight, &rows[x->row], &rows[y->row]);
	else
		result = by_number(y->value, x->value);
	if (!result)
		result = by_number(y->moved, x->moved);
	if (!result)
		result = by_number(x->row, y->row);
	return order->sorting->is_turned ? -result : result;
}

static uint32_t find_parent(
		const struct table *table, const struct item_place *place)
{
	uint32_t row = ALL;

	for (unsigned i = 0; i < place->depth && row != NO_ROW; i++)
		row = table_find(table, row, &place->keys[i]);
	return row;
}

static bool is_below(const struct table *table, uint32_t row, uint32_t parent)
{
	while (row > parent)
		row = table->rows[row].parent;
	return row == parent;
}

static int append(struct listing *listing, uint32_t row)
{
	const uint32_t room = listing->room ? 2 * listing->room : 256;
	struct item *items;

	if (listing->count == listing->room) {
		items = realloc(listing->items, room * sizeof(*items));
		if (!items)
			return -1;
		listing->items = items;
		listing->room = room;
	}
	listing->items[listing->count++] = (struct item){ .row = row };
	return 0;
}

static void take_off(struct tm_amount *sum, const struct tm_amount *part)
{
	sum->bytes -= part->bytes;
	sum->packets -= part->packets;
}

/* What the parent moved without the rows that are left of it. */
static void find_rest(struct listing *listing, const struct traffic *traffic)
{
	const struct table *const table = &traffic->table;
	const struct clock *const clock = &traffic->clock;
	uint64_t bytes[2];

	memcpy(listing->rest, table->rows[listing->parent].moved,
			sizeof(listing->rest));
	for (int w = 0; w < WINDOWS; w++)
		table_window(table, clock, listing->parent, w,
				listing->rest_bytes[w]);
	for (uint32_t i = 0; i < listing->count; i++) {
		const uint32_t number = listing->items[i].row;
		const struct top_row *const row = &table->rows[number];

		for (int d = TM_IN; d <= TM_OUT; d++)
			take_off(&listing->rest[d], &row->moved[d]);
		for (int w = 0; w < WINDOWS; w++) {
			table_window(table, clock, number, w, bytes);
			listing->rest_bytes[w][TM_IN] -= bytes[TM_IN];
			listing->rest_bytes[w][TM_OUT] -= bytes[TM_OUT];
		}
	}
	listing->has_rest = listing->rest[TM_IN].packets ||
			listing->rest[TM_OUT].packets ||
			listing->rest[TM_IN].bytes ||
			listing->rest[TM_OUT].bytes;
}

/* Where they are is where they stay. */
static void give_ranks(struct listing *listing, struct table *table)
{
	uint32_t rank = 0;
	struct top_row *row;

	for (uint32_t i = 0; i < listing->count; i++) {
		row = &table->rows[listing->items[i].row];
		if (!row->rank)
			row->rank = rank + 1;
		rank = row->rank;
	}
}

int listing_make(struct listing *listing, const struct sight *sight,
		const struct item_place *place, const struct sorting *sorting)
{
	struct traffic *const traffic = sight->traffic;
	struct table *const table = &traffic->table;
	struct order order = { sight, sorting };
	struct item *item;

	listing->count = 0;
	listing->has_rest = false;
	listing->parent = find_parent(table, place);
	if (listing->parent == NO_ROW)
		return 0;
	for (uint32_t i = ALL + 1; i < table->count; i++) {
		if (table->rows[i].level == place->level &&
				is_below(table, i, listing->parent) &&
				append(listing, i))
			return -1;
	}
	for (uint32_t i = 0; i < listing->count; i++) {
		item = &listing->items[i];
		item->value = value_of(traffic, item->row, sorting);
		item->moved = table->rows[item->row].moved[TM_IN].bytes +
				table->rows[item->row].moved[TM_OUT].bytes;
	}
	if (listing->count)
		qsort_r(listing->items, listing->count, sizeof(*item),
				compare_items, &order);
	if (sorting->is_frozen)
		give_ranks(listing, table);
	if (table->has_forgotten)
		find_rest(listing, traffic);
	return 0;
}

void listing_thaw(struct traffic *traffic)
{
	for (uint32_t i = 0; i < traffic->table.count; i++)
		traffic->table.rows[i].rank = 0;
}

void listing_free(struct listing *listing)
{
	free(listing->items);
	memset(listing, 0, sizeof(*listing));
}
