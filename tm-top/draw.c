#include <ncurses.h>
#include <stdio.h>

#include "draw.h"
#include "help.h"
#include "picture.h"
#include "put.h"

static void draw_too_small(unsigned lines, unsigned columns)
{
	char text[64], fitted[TEXT_SIZE];

	snprintf(text, sizeof(text), "%ux%u is too small: %ux%u", columns,
			lines, LEAST_COLUMNS, LEAST_LINES);
	text_fit(fitted, text, columns);
	put(0, 0, screen_paint(NOTICE), fitted);
}

int draw(struct top_view *view)
{
	struct picture picture = { .view = view,
		.traffic = view_traffic(view),
		.sight = { view_traffic(view), view->top->names,
				view->is_numeric } };
	struct layout *const layout = &picture.layout;

	layout_make(layout, LINES, COLS, &view_stop(view)->place,
			&view->sorting);
	erase();
	curs_set(view->mode == TYPING && layout->lines);
	if (!layout->lines) {
		draw_too_small(LINES, COLS);
	} else if (view->mode == READING_HELP) {
		help_draw(view, LINES, COLS);
	} else {
		view->page = layout_page(layout);
		if (view_arrange(view))
			return -1;
		draw_head(&picture);
		draw_table(&picture);
		draw_foot(&picture);
	}
	refresh();
	return 0;
}
