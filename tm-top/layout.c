#include <string.h>

#include "layout.h"

#define NARROW 60
#define GRAPH_LEAST 12
#define GRAPH_MOST (SLOTS - 1)

static unsigned layout_least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool is_wide(const struct row_place *place)
{
	return place->level == REMOTE || place->level > place->depth;
}

/* Rows of any processes; a conversation can do without, a process not. */
static bool has_pid(unsigned columns, const struct row_place *place)
{
	if (place->level == PROCESS)
		return true;
	return place->level == REMOTE && place->depth < REMOTE &&
			columns >= NARROW;
}

/* What the names of a row need at least: most where there are three of them
 * and a PID. */
static unsigned area_least(unsigned columns, const struct row_place *place)
{
	if (columns < NARROW)
		return is_wide(place) ? 18 : 12;
	if (place->level == REMOTE && place->depth == USER)
		return 38 + PID_COLUMNS + 1;
	return is_wide(place) ? 38 : 24;
}

/* Beyond that they would only be far from their numbers. */
static unsigned area_most(unsigned columns, const struct row_place *place)
{
	if (place->level == REMOTE && has_pid(columns, place))
		return 60 + PID_COLUMNS + 1;
	return is_wide(place) ? 60 : 36;
}

/* The one that rows are sorted by, then what most ask for first. */
static unsigned choose_groups(bool shown[GROUPS], unsigned room,
		const struct sorting *sorting)
{
	static const enum group by_use[] = { GROUP_TOTAL, GROUP_10, GROUP_2,
		GROUP_40 };
	unsigned count = 0;

	memset(shown, 0, GROUPS * sizeof(*shown));
	if (sorting->column != BY_NAME && room >= GROUP_COLUMNS) {
		shown[sorting->column - BY_2] = true;
		count++;
	}
	for (size_t i = 0; i < sizeof(by_use) / sizeof(*by_use); i++) {
		if (shown[by_use[i]] || (count + 1) * GROUP_COLUMNS > room)
			continue;
		shown[by_use[i]] = true;
		count++;
	}
	if (room >= (GROUPS * GROUP_COLUMNS) + GRAPH_MOST + 2) {
		shown[GROUP_PACKETS] = true;
		count++;
	}
	return count * GROUP_COLUMNS;
}

static void place_labels(struct layout *layout, const struct row_place *place)
{
	const unsigned pid =
			has_pid(layout->columns, place) ? PID_COLUMNS + 1 : 0;
	/* the last one has twice as much as those before it */
	const unsigned parts = place->level - place->depth + 2 +
			(pid && place->level == REMOTE);
	unsigned at = 0, share;

	for (unsigned level = place->depth; level <= place->level; level++) {
		share = layout_least(level == USER ? 16 : TM_COMM_SIZE - 1,
				layout->area / parts + 1);
		if (level == place->level)
			share = layout->area - at -
					(level == PROCESS ? pid : 0);
		layout->labels[level] = (struct span){ at, share - 1 };
		at += share;
		if (level != PROCESS || !pid)
			continue;
		layout->pid = (struct span){ at, PID_COLUMNS };
		at += pid;
	}
}

void layout_make(struct layout *layout, unsigned lines, unsigned columns,
		const struct row_place *place, const struct sorting *sorting)
{
	const unsigned area = area_least(columns, place);
	bool shown[GROUPS];
	unsigned used, rest, at;

	memset(layout, 0, sizeof(*layout));
	if (lines < LEAST_LINES || columns < LEAST_COLUMNS)
		return;
	layout->lines = lines;
	layout->columns = columns;
	used = choose_groups(shown, columns - area, sorting);
	rest = columns - area - used;
	if (rest >= GRAPH_LEAST + 2) {
		layout->graph.columns = layout_least(rest - 2, GRAPH_MOST);
		rest -= layout->graph.columns + 2;
	}
	layout->area = layout_least(area + rest, area_most(columns, place));
	place_labels(layout, place);
	at = layout->area;
	for (int i = 0; i < GROUPS; i++) {
		layout->groups_at[i] = shown[i] ? at : 0;
		at += shown[i] ? GROUP_COLUMNS : 0;
	}
	layout->graph.at = at + 2;
}

unsigned layout_page(const struct layout *layout)
{
	return layout->lines - FIRST_LINE - 1;
}
