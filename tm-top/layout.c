#include <string.h>

#include "layout.h"

#define NARROW 60
#define GRAPH_LEAST 12
#define GRAPH_MOST (SLOTS - 1)

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* What the names of a row need at least. */
static unsigned area_least(unsigned columns, bool is_wide)
{
	if (columns < NARROW)
		return is_wide ? 18 : 12;
	return is_wide ? 38 : 24;
}

/* The one that rows are sorted by, then what most ask for first. */
static unsigned choose_groups(
	bool shown[GROUPS], unsigned room, const struct sorting *sorting)
{
	static const enum group by_use[] = {
		GROUP_TOTAL, GROUP_10, GROUP_2, GROUP_40};
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

static void place_labels(struct layout *layout, const struct place *place)
{
	const unsigned area = layout->area;
	const bool has_pid = place->level == PROCESS;
	unsigned at = 0, share;

	for (unsigned level = place->depth; level < place->level; level++) {
		share = least(level == USER ? 16 : TM_COMM_SIZE - 1,
			area / (place->level - place->depth + 2) + 1);
		layout->labels[level] = (struct span){at, share - 1};
		at += share;
	}
	layout->labels[place->level] = (struct span){
		at, area - at - 1 - (has_pid ? PID_COLUMNS + 1 : 0)};
	if (has_pid)
		layout->pid =
			(struct span){area - PID_COLUMNS - 1, PID_COLUMNS};
}

void layout_make(struct layout *layout, unsigned lines, unsigned columns,
	const struct place *place, const struct sorting *sorting)
{
	const bool is_wide =
		place->level == REMOTE || place->level > place->depth;
	const unsigned area = area_least(columns, is_wide);
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
		layout->graph.columns = least(rest - 2, GRAPH_MOST);
		rest -= layout->graph.columns + 2;
	}
	layout->area = least(area + rest, is_wide ? 60 : 36);
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
