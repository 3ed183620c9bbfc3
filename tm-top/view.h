/* The state of the view, and what keys do to it. */
#ifndef TM_TOP_VIEW_H
#define TM_TOP_VIEW_H

#include "editor.h"
#include "layout.h"
#include "levels.h"
#include "top.h"

#define STOPS_MOST (LEVELS + 2)
#define VIEW_NOTE_SIZE 256

/* A list that Esc leads back to, with the row chosen in it. */
struct stop {
	enum level level;
	struct list_place place;
	uint64_t chosen[LIST_KEY_WORDS]; /* the row that the cursor is on */
	bool has_chosen;		 /* false: it stays at the top */
	uint32_t at, top; /* the cursor, and the first row shown */
};

enum view_mode { LOOKING, READING_HELP, TYPING_FILTER, TYPING_KEYS };

struct top_view {
	struct top *top;
	enum view_mode mode;
	struct stop stops[STOPS_MOST];
	unsigned depth; /* of stops */
	struct sorting sorting;
	struct rows rows;
	struct layout layout;	/* of the screen, 0 lines = too small */
	struct traffic *paused; /* NULL = it is not */
	struct summary summary; /* from when it was drawn or paused */
	struct editor editor;
	char problem[WRONG_SIZE]; /* with what is typed, empty = none */
	size_t problem_at;	  /* characters before it */
	const char *note;	  /* for the last line, until a key */
	char note_room[VIEW_NOTE_SIZE];
	uint32_t page; /* rows that have room */
	unsigned help_top;
	bool is_numeric, is_bytes, is_merged, has_commands, wants_out;
};

void view_start(struct top_view *view, struct top *top);

/* Makes the summary and the rows, and places the cursor. 0, or -1 if there is
 * no memory. */
int view_arrange(struct top_view *view);

/* Handles a key; is_code: it is a code of curses, not a character. */
void view_take_key(struct top_view *view, wint_t key, bool is_code);

/* Rows, with the one of rows that were forgotten. */
uint32_t view_rows(const struct top_view *view);

/* The filter's text, empty = none. */
const char *view_question(const struct top_view *view);

static inline struct stop *view_stop(struct top_view *view)
{
	return &view->stops[view->depth];
}

/* --- what keys do --- */

void view_move_to(struct top_view *view, uint32_t at);
void view_move_by(struct top_view *view, int64_t rows);
void view_go_into(struct top_view *view);
void view_go_back(struct top_view *view);

/* Lists the same traffic by other keys. */
void view_change_level(struct top_view *view, enum level level);
void view_next_level(struct top_view *view);

/* By the keys of a list like that of --by. NULL, or a problem, which is the
 * function's own; then nothing changes. */
const char *view_change_keys(struct top_view *view, const char *list);

/* Processes of one name become one row, or each its own. */
void view_merge(struct top_view *view);

void view_pause(struct top_view *view);
void view_freeze(struct top_view *view);
void view_reset(struct top_view *view);
void view_write(struct top_view *view);
void view_change_speed(struct top_view *view, double factor);
void view_toggle_commands(struct top_view *view);

#endif
