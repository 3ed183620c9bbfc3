/* Which columns have room on the screen, and where they are. */
#ifndef TM_TOP_LAYOUT_H
#define TM_TOP_LAYOUT_H

#include <stdbool.h>

#include "screen.h"
#include "top-rows.h"

#define LEAST_COLUMNS 32
#define LEAST_LINES 9
#define GROUP_COLUMNS 14 /* one of numbers: in and out */
#define PID_COLUMNS 7

/* Of numbers; the first four as enum column has them. */
enum group { GROUP_2, GROUP_10, GROUP_40, GROUP_TOTAL, GROUP_PACKETS, GROUPS };

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
	unsigned area; /* columns of what a row is called */
	struct span labels[LEVELS], pid;
	unsigned groups_at[GROUPS]; /* 0 = not shown */
	struct span graph;
};

/* With 0 lines where the screen is too small. */
void layout_make(struct layout *layout, unsigned lines, unsigned columns,
		const struct row_place *place, const struct sorting *sorting);

/* Lines that rows have. */
unsigned layout_page(const struct layout *layout);

#endif
