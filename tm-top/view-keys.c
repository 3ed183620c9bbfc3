#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>

#include "screen.h"
#include "view.h"

#define CONTROL(letter) ((letter)&0x1f)
#define DELETE 0x7f

/* --- typing a filter or keys --- */

static void start_typing(
		struct top_view *view, enum view_mode mode, const char *text)
{
	view->mode = mode;
	*view->problem = '\0';
	editor_start(&view->editor, text);
}

/* A pause shows what was before the question and ends with it. */
static void view_ask(struct top_view *view, const char *text)
{
	size_t column = 0;

	if (top_ask(view->top, text, view->problem, &column)) {
		view->problem_at = tm_expression_characters(text, column);
		view->editor.cursor = view->problem_at;
		return;
	}
	if (view->paused)
		view_pause(view);
	view->mode = LOOKING;
}

static void view_list_by(struct top_view *view, const char *list)
{
	const char *const problem = *list ? view_change_keys(view, list) : NULL;

	if (problem)
		snprintf(view->problem, sizeof(view->problem), "%s", problem);
	else
		view->mode = LOOKING;
}

static void view_enter(struct top_view *view)
{
	char *const text = editor_text(&view->editor);

	*view->problem = '\0';
	if (!text)
		view->note = "out of memory";
	else if (view->mode == TYPING_FILTER)
		view_ask(view, text);
	else
		view_list_by(view, text);
	free(text);
	rows_forget(&view->rows);
}

static void view_type(struct top_view *view, wint_t key, bool is_code)
{
	switch (editor_take(&view->editor, key, is_code)) {
	case ENTERED:
		view_enter(view);
		break;
	case LEFT:
		view->mode = LOOKING;
		break;
	case EDITING:
		*view->problem = '\0';
	}
}

static void read_help(struct top_view *view, wint_t key, bool is_code)
{
	if ((is_code && key == KEY_DOWN) || (!is_code && key == 'j'))
		view->help_top++;
	else if ((is_code && key == KEY_UP) || (!is_code && key == 'k'))
		view->help_top -= view->help_top > 0;
	else
		view->mode = LOOKING;
}

/* --- looking --- */

static void view_look_by_code(struct top_view *view, wint_t key)
{
	switch (key) {
	case KEY_UP:
		view_move_by(view, -1);
		break;
	case KEY_DOWN:
		view_move_by(view, 1);
		break;
	case KEY_PPAGE:
		view_move_by(view, -(int64_t)view->page);
		break;
	case KEY_NPAGE:
		view_move_by(view, view->page);
		break;
	case KEY_HOME:
		view_move_to(view, 0);
		break;
	case KEY_END:
		view_move_to(view, UINT32_MAX);
		break;
	case KEY_ENTER:
	case KEY_RIGHT:
		view_go_into(view);
		break;
	case KEY_BACKSPACE:
	case KEY_LEFT:
		view_go_back(view);
		break;
	case KEY_F(1):
		view->mode = READING_HELP;
		view->help_top = 0;
		break;
	case KEY_F(10):
		view->wants_out = true;
		break;
	}
}

static const struct {
	char key;
	wint_t code;
} same[] = {
	{ 'k', KEY_UP },
	{ CONTROL('P'), KEY_UP },
	{ 'j', KEY_DOWN },
	{ CONTROL('N'), KEY_DOWN },
	{ CONTROL('B'), KEY_PPAGE },
	{ CONTROL('F'), KEY_NPAGE },
	{ 'g', KEY_HOME },
	{ 'G', KEY_END },
	{ '\r', KEY_ENTER },
	{ '\n', KEY_ENTER },
	{ 'l', KEY_ENTER },
	{ CONTROL('['), KEY_BACKSPACE },
	{ CONTROL('H'), KEY_BACKSPACE },
	{ DELETE, KEY_BACKSPACE },
	{ '?', KEY_F(1) },
	{ 'h', KEY_F(1) },
	{ 'q', KEY_F(10) },
};

static void change_column(struct sorting *sorting, int step)
{
	sorting->column = (sorting->column + COLUMNS + step) % COLUMNS;
}

/* Whether the key has to do with the order of rows. */
static bool view_sort(struct top_view *view, wint_t key)
{
	struct sorting *const sorting = &view->sorting;

	switch (key) {
	case '>':
	case 's':
		change_column(sorting, 1);
		return true;
	case '<':
	case 'S':
		change_column(sorting, -1);
		return true;
	case 'd':
		sorting->way = (sorting->way + 1) % WAYS;
		return true;
	case 'r':
		sorting->is_turned = !sorting->is_turned;
		return true;
	case 'f':
		view_freeze(view);
		return true;
	default:
		return false;
	}
}

static void view_look(struct top_view *view, wint_t key)
{
	switch (key) {
	case '1' ... '0' + LEVELS:
		view_change_level(view, USERS + (key - '1'));
		break;
	case '\t':
		view_next_level(view);
		break;
	case 'm':
		view_merge(view);
		break;
	case 'c':
		view_toggle_commands(view);
		break;
	case 'z':
		view_reset(view);
		break;
	case 'w':
		view_write(view);
		break;
	case 'p':
	case ' ':
		view_pause(view);
		break;
	case 'b':
		view->is_bytes = !view->is_bytes;
		break;
	case 'n':
		view->is_numeric = !view->is_numeric;
		break;
	case '/':
	case 'e':
		start_typing(view, TYPING_FILTER, view_question(view));
		break;
	case 'y':
		start_typing(view, TYPING_KEYS, "");
		break;
	case '+':
		view_change_speed(view, 2);
		break;
	case '-':
		view_change_speed(view, 0.5);
		break;
	case CONTROL('L'):
		screen_refresh();
		break;
	default:
		view->note = "? shows the keys";
	}
}

/* What is done on other keys changes which rows there are, or their order. */
static void view_look_by_character(struct top_view *view, wint_t key)
{
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		if ((wint_t)same[i].key == key) {
			view_look_by_code(view, same[i].code);
			return;
		}
	}
	if (!view_sort(view, key))
		view_look(view, key);
	rows_forget(&view->rows);
}

void view_take_key(struct top_view *view, wint_t key, bool is_code)
{
	view->note = NULL;
	switch (view->mode) {
	case TYPING_FILTER:
	case TYPING_KEYS:
		view_type(view, key, is_code);
		break;
	case READING_HELP:
		read_help(view, key, is_code);
		break;
	case LOOKING:
		if (is_code)
			view_look_by_code(view, key);
		else
			view_look_by_character(view, key);
	}
}
