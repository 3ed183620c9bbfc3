#include <string.h>

#include "layout.h"

#define NARROW 60
#define GRAPH_LEAST 12
#define GRAPH_GAP 2
#define ADDRESS_COLUMNS 39 /* of the longest one */
#define COMMAND_COLUMNS 160

/* How wide the cells of a key are, and which are left out first if there is not
 * enough room: those with the highest number. */
struct key_size {
	unsigned least, most;
	unsigned among;	 /* the most among several keys, 0 = the same */
	unsigned widens; /* by so many columns at a time */
	unsigned leaves;
	const char *heading; /* if the key's own is too wide */
};

/* clang-format off */
static const struct key_size sizes[TM_KEYS] = {
	[TM_KEY_PROCESS] = { 9, TM_COMM_SIZE, 0, 1, 2, NULL },
	[TM_KEY_PID] = { 7, 7, 0, 1, 6, NULL },
	[TM_KEY_REMOTE] = { 15, ADDRESS_COLUMNS, 0, 4, 0, NULL },
	[TM_KEY_LOCAL] = { 15, ADDRESS_COLUMNS, 0, 4, 1, NULL },
	[TM_KEY_NETWORK] = { 18, 43, 0, 4, 1, NULL },
	[TM_KEY_PORT] = { 14, 20, 0, 1, 1, NULL },
	[TM_KEY_LOCAL_PORT] = { 5, 20, 8, 1, 4, "LOCAL" },
	[TM_KEY_REMOTE_PORT] = { 6, 20, 8, 1, 1, "PORT" },
	[TM_KEY_PROTOCOL] = { 5, 8, 5, 1, 5, "PROTO" },
	[TM_KEY_INTERFACE] = { 9, 15, 0, 1, 1, NULL },
};
/* clang-format on */

/* Those of other keys. */
static const struct key_size usual_size = { 10, 24, 0, 1, 1, NULL };
static const struct key_size user_size = { 8, 32, 20, 1, 3, NULL };
static const struct key_size path_size = { 16, 64, 0, 4, 1, NULL };

static const struct key_size *key_size(const struct tm_key *key)
{
	const struct key_size *const size = &sizes[key - tm_key_table];

	return size->least	       ? size
			: key->is_user ? &user_size
			: key->is_path ? &path_size
				       : &usual_size;
}

const char *layout_heading(const struct tm_key *key, unsigned columns)
{
	const char *const heading = key_size(key)->heading;

	return heading && strlen(key->heading) > columns ? heading
							 : key->heading;
}

bool layout_is_right(const struct tm_key *key)
{
	return key == &tm_key_table[TM_KEY_PID];
}

static unsigned layout_least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* What a key needs: one that is alone is what the eye looks for. */
static unsigned key_least(
		const struct tm_key *key, unsigned columns, unsigned count)
{
	const struct key_size *const size = key_size(key);
	unsigned alone = columns < NARROW ? 11 : 23;

	if (count > 1)
		return size->least;
	if (size->most == ADDRESS_COLUMNS && columns >= NARROW)
		alone = 37;
	return size->least < alone ? alone : size->least;
}

/* With a blank after each. */
static unsigned layout_sum(const struct layout *layout)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < TM_KEYS; i++)
		sum += layout->labels[i].columns ? layout->labels[i].columns + 1
						 : 0;
	return sum;
}

/* Which key is left out next; the last one stays. */
static int next_to_leave(
		const struct layout *layout, const struct tm_keys *keys)
{
	unsigned left = 0, most = 0;
	int found = -1;

	for (unsigned i = 0; i < keys->count; i++) {
		if (!layout->labels[i].columns)
			continue;
		left++;
		if (found < 0 || key_size(keys->list[i])->leaves > most) {
			most = key_size(keys->list[i])->leaves;
			found = i;
		}
	}
	return left > 1 ? found : -1;
}

static void choose_keys(struct layout *layout, const struct tm_keys *keys)
{
	const unsigned numbers = layout->columns < NARROW ? GROUP_COLUMNS
							  : 2 * GROUP_COLUMNS;
	const unsigned room = layout->columns - numbers;
	int leaves;

	for (unsigned i = 0; i < keys->count; i++)
		layout->labels[i].columns = key_least(
				keys->list[i], layout->columns, keys->count);
	while (layout_sum(layout) > room &&
			(leaves = next_to_leave(layout, keys)) >= 0)
		layout->labels[leaves].columns = 0;
	for (unsigned i = 0; i < keys->count; i++) {
		if (layout->labels[i].columns)
			layout->labels[i].columns = layout_least(
					layout->labels[i].columns, room - 1);
	}
}

/* The one that rows are sorted by, then what most ask for first. The last two
 * are for wide screens: a graph says more. */
static unsigned choose_groups(bool shown[GROUPS], unsigned room,
		const struct sorting *sorting)
{
	static const enum group by_use[GROUPS] = { GROUP_TOTAL, GROUP_10,
		GROUP_2, GROUP_40, GROUP_PEAK, GROUP_PACKETS };
	unsigned count = 0, needed;

	memset(shown, 0, GROUPS * sizeof(*shown));
	if (sorting->column != BY_NAME && room >= GROUP_COLUMNS) {
		shown[sorting->column - BY_2] = true;
		count++;
	}
	for (unsigned i = 0; i < GROUPS; i++) {
		needed = (count + 1) * GROUP_COLUMNS;
		if (i >= 4)
			needed += GRAPH_SLOTS + GRAPH_GAP;
		if (shown[by_use[i]] || needed > room)
			continue;
		shown[by_use[i]] = true;
		count++;
	}
	return count * GROUP_COLUMNS;
}

static unsigned key_most(
		const struct tm_key *key, unsigned count, bool has_commands)
{
	const struct key_size *const size = key_size(key);

	if (has_commands && key == &tm_key_table[TM_KEY_PROCESS])
		return COMMAND_COLUMNS;
	return count > 2 && size->among ? size->among : size->most;
}

/* Each key in turn gets wider, up to its most. Returns what is left. */
static unsigned widen_keys(struct layout *layout, const struct tm_keys *keys,
		unsigned rest, bool has_commands)
{
	unsigned before, most, more;

	do {
		before = rest;
		for (unsigned i = 0; i < keys->count && rest; i++) {
			unsigned *const columns = &layout->labels[i].columns;

			most = key_most(keys->list[i], keys->count,
					has_commands);
			if (!*columns || *columns >= most)
				continue;
			more = layout_least(key_size(keys->list[i])->widens,
					layout_least(most - *columns, rest));
			*columns += more;
			rest -= more;
		}
	} while (rest && rest < before);
	return rest;
}

/* Bars get wider, all of them by as much. */
static void place_graph(struct layout *layout, unsigned at, unsigned columns)
{
	layout->bar = columns / GRAPH_SLOTS;
	if (!layout->bar)
		layout->bar = 1;
	layout->graph.columns =
			layout_least(columns, layout->bar * GRAPH_SLOTS);
	layout->graph.at = at + GRAPH_GAP;
}

static void place_labels(struct layout *layout, const struct tm_keys *keys)
{
	unsigned at = 0;

	for (unsigned i = 0; i < keys->count; i++) {
		if (!layout->labels[i].columns)
			continue;
		layout->labels[i].at = at;
		at += layout->labels[i].columns + 1;
	}
	layout->area = at;
}

void layout_make(struct layout *layout, unsigned lines, unsigned columns,
		const struct tm_keys *keys, const struct sorting *sorting,
		bool has_commands)
{
	bool shown[GROUPS];
	unsigned rest, at, graph = 0;

	memset(layout, 0, sizeof(*layout));
	if (lines < LEAST_LINES || columns < LEAST_COLUMNS)
		return;
	layout->lines = lines;
	layout->columns = columns;
	choose_keys(layout, keys);
	rest = columns - layout_sum(layout);
	/* command lines need the room more than further numbers and a graph */
	rest -= choose_groups(shown,
			has_commands ? layout_least(rest, 2 * GROUP_COLUMNS)
				     : rest,
			sorting);
	if (has_commands)
		rest = widen_keys(layout, keys, rest, true);
	if (rest >= GRAPH_LEAST + GRAPH_GAP)
		graph = layout_least(rest - GRAPH_GAP, GRAPH_SLOTS);
	rest -= graph ? graph + GRAPH_GAP : 0;
	rest = widen_keys(layout, keys, rest, has_commands);
	place_labels(layout, keys);
	at = layout->area;
	for (int i = 0; i < GROUPS; i++) {
		layout->groups_at[i] = shown[i] ? at : 0;
		at += shown[i] ? GROUP_COLUMNS : 0;
	}
	if (graph)
		place_graph(layout, at, graph + rest);
}

unsigned layout_page(const struct layout *layout)
{
	return layout->lines - FIRST_LINE - 1;
}
