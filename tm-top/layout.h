/* Which columns have room on the screen, and where they are. */
#ifndef TM_TOP_LAYOUT_H
#define TM_TOP_LAYOUT_H

#include <stdbool.h>

#include "screen.h"
#include "top-rows.h"

#define LEAST_COLUMNS 32
#define LEAST_LINES 9
#define GROUP_COLUMNS 14 /* one of numbers: in and out */
#define GRAPH_SLOTS (SLOTS - 1)

/* Of numbers, as enum column has them from BY_2 on. */
enum group {
	GROUP_2,
	GROUP_10,
	GROUP_40,
	GROUP_TOTAL,
	GROUP_PACKETS,
	GROUP_PEAK,
	GROUPS
};

enum line {
	TITLE_LINE,
	SUMS_LINE,
	PLACE_LINE,
	GROUPS_LINE,
	HEADINGS_LINE,
	ALL_LINE,
	FIRST_LINE
};

struct layout {
	unsigned lines, columns;
	unsigned area;		     /* columns of what a row is called */
	struct span labels[TM_KEYS]; /* by the keys' numbers */
	unsigned groups_at[GROUPS];  /* 0 = not shown */
	struct span graph;
	unsigned bar; /* columns of one slot in it */
};

/* With 0 lines if the screen is too small. */
void layout_make(struct layout *layout, unsigned lines, unsigned columns,
		const struct tm_keys *keys, const struct sorting *sorting,
		bool has_commands);

/* Lines that rows have. */
unsigned layout_page(const struct layout *layout);

/* A key's heading in so many columns. */
const char *layout_heading(const struct tm_key *key, unsigned columns);

/* Whether the cells of a key end at its right end. */
bool layout_is_right(const struct tm_key *key);

#endif
