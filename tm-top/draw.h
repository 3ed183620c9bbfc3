/* Draws a view on the screen. */
#ifndef TM_TOP_DRAW_H
#define TM_TOP_DRAW_H

#include "top-text.h"
#include "view.h"

/* Arranges the view and draws all of it. 0, or -1 if there is no memory. */
int view_draw(struct top_view *view);

/* The table with its headings. */
void draw_table(struct top_view *view);

/* The last line: keys, a note, or the filter being typed. */
void draw_keys(const struct top_view *view);

/* The help, in place of everything else. */
void draw_help(struct top_view *view);

/* Formats a key's value in a row for so many columns. The text is as hostile as
 * the stream. */
void draw_name(char out[TEXT_SIZE], const struct rows *rows,
		const struct list_place *place, unsigned number,
		const uint64_t *row_key, unsigned columns);

#endif
