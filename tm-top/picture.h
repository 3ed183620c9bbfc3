/* What one picture is made of, and its parts. */
#ifndef TM_TOP_PICTURE_H
#define TM_TOP_PICTURE_H

#include "layout.h"
#include "top-text.h"
#include "view.h"

struct picture {
	struct top_view *view;
	const struct traffic *traffic;
	struct layout layout;
	struct sight sight;
};

/* The title, the sums, and where this is. */
void draw_head(const struct picture *picture);

/* The table with its headings. */
void draw_table(const struct picture *picture);

/* Keys, a note, or what is typed. */
void draw_foot(const struct picture *picture);

/* What a row is called, as it came. */
void label_text(char out[TEXT_SIZE], const struct sight *sight,
		enum level level, const struct key *key);

#endif
