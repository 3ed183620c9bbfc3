/* What is looked at, and how. */
#ifndef TM_TOP_VIEW_H
#define TM_TOP_VIEW_H

#include "editor.h"
#include "layout.h"
#include "top.h"

/* A place that can be gone back to, with what was chosen there. */
struct stop {
	struct row_place place;
	struct key chosen[LEVELS]; /* the row that the cursor stays with */
	bool has_chosen;	   /* false: it stays at the top */
	uint32_t at, top;	   /* the cursor, and the first row shown */
};

enum view_mode { LOOKING, READING_HELP, TYPING };

struct top_view {
	struct top *top;
	enum view_mode mode;
	struct stop stops[LEVELS + 1];
	unsigned depth; /* of stops */
	struct sorting sorting;
	struct rows rows;
	struct layout layout;	/* of the screen, 0 lines = too small */
	struct traffic *paused; /* NULL = it is not */
	struct summary summary; /* of when it was drawn or paused */
	struct editor editor;
	char problem[WRONG_SIZE]; /* with what is typed, empty = none */
	size_t problem_at;	  /* characters before it */
	const char *note;	  /* for the last line, until a key */
	uint32_t page;		  /* rows that have room */
	unsigned help_top;
	bool is_numeric, is_bytes, wants_out;
};

void view_start(struct top_view *view, struct top *top);

/* Sums up, puts the rows in order and the cursor on one. 0, or -1 when there is
 * no memory. */
int view_arrange(struct top_view *view);

/* Does what a key asks for; is_code: it is one of curses, no character. */
void view_take_key(struct top_view *view, wint_t key, bool is_code);

struct traffic *view_traffic(const struct top_view *view);

/* Rows with that of those that were forgotten. */
uint32_t view_rows(const struct top_view *view);

/* The question, empty = there is none. */
const char *view_question(const struct top_view *view);

static inline struct stop *view_stop(struct top_view *view)
{
	return &view->stops[view->depth];
}

#endif
