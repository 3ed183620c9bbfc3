/* Draws a view on the screen. */
#ifndef TM_TOP_DRAW_H
#define TM_TOP_DRAW_H

#include "top-text.h"
#include "view.h"

/* Arranges the view and draws all of it. 0, or -1 when there is no memory. */
int view_draw(struct top_view *view);

/* The table with its headings. */
void draw_table(struct top_view *view);

/* The last line: keys, a note, or what is typed. */
void draw_keys(const struct top_view *view);

/* What the keys do, instead of the rest. */
void draw_help(struct top_view *view);

/* What a row of the place has of a key, in as many columns as there are for it;
 * as hostile as it came. */
void draw_name(char out[TEXT_SIZE], const struct rows *rows,
		const struct list_place *place, unsigned number,
		const uint64_t *row_key, unsigned columns);

#endif
