#include <stdlib.h>
#include <string.h>

#include "common/record/amount.h"
#include "top-table.h"

#define FIRST_ROOM 256

/* A row by what it is and whose. */
struct whole_key {
	struct key key;
	uint32_t parent;
};

_Static_assert(sizeof(struct whole_key) == 24, "three words");

static uint32_t whole_key_hash(const struct whole_key *key)
{
	return tm_map_hash_words(key, 3);
}

static bool is_row(const void *rows, uint32_t number, const void *key)
{
	const struct top_row *const row = (const struct top_row *)rows + number;
	const struct whole_key *const whole = key;

	return row->parent == whole->parent &&
			!memcmp(&row->key, &whole->key, sizeof(row->key));
}

static void table_enter(struct table *table, uint32_t number)
{
	const struct top_row *const row = &table->rows[number];
	const struct whole_key key = { row->key, row->parent };

	tm_map_put(&table->map, whole_key_hash(&key), number);
}

static int table_set_room(struct table *table, uint32_t room)
{
	struct rate_history *const histories =
			realloc(table->histories, room * sizeof(*histories));
	struct top_row *rows;

	if (!histories)
		return -1;
	table->histories = histories;
	rows = realloc(table->rows, room * sizeof(*rows));
	if (!rows)
		return -1;
	table->rows = rows;
	if (tm_map_reserve(&table->map, room))
		return -1;
	table->room = room;
	return 0;
}

static uint32_t table_add_row(struct table *table, uint32_t parent,
		const struct key *key, uint8_t level)
{
	const uint32_t number = table->count++;

	table->rows[number] = (struct top_row){
		.key = *key, .parent = parent, .level = level
	};
	memset(&table->histories[number], 0, sizeof(*table->histories));
	return number;
}

int table_start(struct table *table, uint32_t max_rows)
{
	memset(table, 0, sizeof(*table));
	table->max_rows = max_rows;
	if (table_set_room(table,
			    max_rows < FIRST_ROOM ? max_rows : FIRST_ROOM))
		return -1;
	table_add_row(table, NO_ROW, &(struct key){ 0 }, LEVELS);
	return 0;
}

/* Who is kept first: users, then what moved something of late, then what moved
 * much. A parent comes before what belongs to it. */
static int compare_worth(const void *a, const void *b, void *context)
{
	const struct table *const table = context;
	const struct top_row *const x = &table->rows[*(const uint32_t *)a];
	const struct top_row *const y = &table->rows[*(const uint32_t *)b];
	const uint64_t moved_x = x->moved[TM_IN].bytes + x->moved[TM_OUT].bytes;
	const uint64_t moved_y = y->moved[TM_IN].bytes + y->moved[TM_OUT].bytes;

	if ((x->level == USER) != (y->level == USER))
		return x->level == USER ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? 1 : -1;
	if (moved_x != moved_y)
		return moved_x < moved_y ? 1 : -1;
	return x->level < y->level ? -1 : x->level > y->level;
}

/* The numbers of rows, first those to be kept. */
static uint32_t *rows_by_worth(struct table *table)
{
	uint32_t *const numbers = malloc(table->count * sizeof(*numbers));

	if (!numbers)
		return NULL;
	for (uint32_t i = 0; i < table->count; i++)
		numbers[i] = i;
	qsort_r(numbers + 1, table->count - 1, sizeof(*numbers), compare_worth,
			table);
	return numbers;
}

/* Forgets a quarter of the rows, so that this is seldom. */
static int table_make_room(struct table *table)
{
	const uint32_t kept = table->count - table->count / 4;
	uint32_t *const numbers = rows_by_worth(table);
	uint32_t *const becomes = calloc(table->count, sizeof(*becomes));
	uint32_t count = ALL + 1, parent;

	if (!numbers || !becomes) {
		free(numbers);
		free(becomes);
		return -1;
	}
	for (uint32_t i = 0; i < kept; i++)
		becomes[numbers[i]] = true;
	for (uint32_t i = ALL + 1; i < table->count; i++) {
		parent = table->rows[i].parent;
		/* a row without its parent could not be reached */
		if (!becomes[i] || (parent != ALL && !becomes[parent])) {
			becomes[i] = 0;
			continue;
		}
		table->rows[count] = table->rows[i];
		table->rows[count].parent =
				parent == ALL ? ALL : becomes[parent];
		table->histories[count] = table->histories[i];
		becomes[i] = count++;
	}
	table->count = count;
	table->has_forgotten = true;
	memset(table->latest, 0, sizeof(table->latest));
	tm_map_clear(&table->map);
	for (uint32_t i = ALL + 1; i < count; i++)
		table_enter(table, i);
	free(numbers);
	free(becomes);
	return 0;
}

static int table_have_room(struct table *table)
{
	const uint64_t twice = 2 * (uint64_t)table->room;

	if (table->count + LEVELS <= table->room)
		return 0;
	if (table->room < table->max_rows)
		return table_set_room(table,
				twice < table->max_rows ? twice
							: table->max_rows);
	return table_make_room(table);
}

uint32_t table_find(const struct table *table, uint32_t parent,
		const struct key *key)
{
	const struct whole_key whole = { *key, parent };

	return parent == NO_ROW
			? NO_ROW
			: tm_map_find(&table->map, whole_key_hash(&whole),
					  is_row, table->rows, &whole);
}

static uint32_t table_find_or_add(struct table *table, uint32_t parent,
		const struct key *key, enum level level)
{
	const struct whole_key whole = { *key, parent };
	uint32_t number = table->latest[level];

	if (number != ALL && is_row(table->rows, number, &whole))
		return number;
	number = table_find(table, parent, key);
	if (number == NO_ROW) {
		number = table_add_row(table, parent, key, level);
		table_enter(table, number);
	}
	table->latest[level] = number;
	return number;
}

static void table_take_keys(
		const struct tm_event *event, struct key keys[LEVELS])
{
	const bool is_in = event->direction == TM_IN;

	memset(keys, 0, LEVELS * sizeof(*keys));
	keys[REMOTE].number = event->kind;
	keys[USER].number = event->uid;
	keys[PROCESS].number = event->pid;
	memcpy(keys[PROCESS].bytes, event->process,
			strnlen(event->process, TM_COMM_SIZE));
	memcpy(keys[REMOTE].bytes, is_in ? event->source : event->destination,
			sizeof(keys->bytes));
}

static void table_move(struct table *table, uint32_t number, uint64_t slot,
		const struct tm_event *event)
{
	const int direction = event->direction == TM_OUT;
	struct top_row *const row = &table->rows[number];
	struct rate_history *const history = &table->histories[number];
	uint64_t past = slot;

	for (; past > row->slot && slot - past < SLOTS; past--)
		memset(history->bytes[past % SLOTS], 0,
				sizeof(*history->bytes));
	row->slot = slot;
	tm_amount_count(&row->moved[direction], event);
	history->bytes[slot % SLOTS][direction] += event->bytes;
}

int table_add(struct table *table, const struct clock *clock,
		const struct tm_event *event)
{
	struct key keys[LEVELS];
	uint32_t row = ALL;

	if (table_have_room(table))
		return -1;
	table_take_keys(event, keys);
	table_move(table, ALL, clock->slot, event);
	for (enum level level = USER; level < LEVELS; level++) {
		row = table_find_or_add(table, row, &keys[level], level);
		table_move(table, row, clock->slot, event);
	}
	return 0;
}

uint32_t table_above(const struct table *table, uint32_t row, enum level level)
{
	while (table->rows[row].level != level && row != ALL)
		row = table->rows[row].parent;
	return row;
}

/* Whether the slot so many ago is in the row's history. */
static bool has_slot(const struct table *table, const struct clock *clock,
		uint32_t row, unsigned slots)
{
	return slots <= clock->slot &&
			clock->slot - slots <= table->rows[row].slot;
}

void table_window(const struct table *table, const struct clock *clock,
		uint32_t row, enum window window, uint64_t bytes[2])
{
	const struct rate_history *const history = &table->histories[row];
	const unsigned slots = clock_slots(clock, window);
	const uint64_t *past;

	bytes[TM_IN] = bytes[TM_OUT] = 0;
	for (unsigned i = slots; i && has_slot(table, clock, row, i); i--) {
		past = history->bytes[(clock->slot - i) % SLOTS];
		bytes[TM_IN] += past[TM_IN];
		bytes[TM_OUT] += past[TM_OUT];
	}
}

uint64_t table_past(const struct table *table, const struct clock *clock,
		uint32_t row, unsigned slots)
{
	const uint64_t *past;

	if (!has_slot(table, clock, row, slots))
		return 0;
	past = table->histories[row].bytes[(clock->slot - slots) % SLOTS];
	return past[TM_IN] + past[TM_OUT];
}

int table_copy(struct table *to, const struct table *from)
{
	*to = *from;
	to->room = from->count;
	to->rows = malloc(from->count * sizeof(*to->rows));
	to->histories = malloc(from->count * sizeof(*to->histories));
	if (tm_map_copy(&to->map, &from->map) || !to->rows || !to->histories) {
		table_free(to);
		return -1;
	}
	memcpy(to->rows, from->rows, from->count * sizeof(*to->rows));
	memcpy(to->histories, from->histories,
			from->count * sizeof(*to->histories));
	return 0;
}

void table_free(struct table *table)
{
	free(table->rows);
	free(table->histories);
	tm_map_free(&table->map);
	memset(table, 0, sizeof(*table));
}
