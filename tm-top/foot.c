#include <ncurses.h>
#include <string.h>

#include "picture.h"
#include "put.h"

static void draw_keys(const struct picture *picture)
{
	static const char *const hints[][2] = {
		{"?", "help"},
		{"q", "quit"},
		{"Enter", "into"},
		{"Esc", "back"},
		{"/", "filter"},
		{"<>", "sort"},
		{"Tab", "level"},
		{"p", "pause"},
		{"d", "in/out"},
		{"r", "turn"},
		{"f", "freeze"},
		{"b", "bytes"},
		{"n", "numbers"},
	};
	const unsigned line = picture->layout.lines - 1;
	unsigned at = 0, key, columns;

	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		key = strlen(hints[i][0]);
		columns = key + 1 + strlen(hints[i][1]);
		if (at + columns > picture->layout.columns)
			break;
		put(line, at, screen_paint(HEADING), hints[i][0]);
		put(line, at + key + 1, screen_paint(FAINT), hints[i][1]);
		at += columns + 2;
	}
}

/* A caret below the column, and why, on the side that has more room. */
static void draw_problem(const struct picture *picture, unsigned column)
{
	const unsigned line = picture->layout.lines - 1;
	const unsigned columns = picture->layout.columns;
	const char *const problem = picture->view->problem;
	const unsigned alarm = screen_paint(ALARM);
	const struct span right = {
		column + 2, column + 2 < columns ? columns - column - 2 : 0};
	char fitted[TEXT_SIZE];
	unsigned used;

	put(line, column, alarm, "^");
	if (right.columns >= columns / 2 ||
		right.columns >= text_columns(problem)) {
		put_fitted(line, &right, alarm, problem);
	} else {
		used = text_fit(fitted, problem, column - 1);
		put(line, column - 1 - used, alarm, fitted);
	}
}

static void draw_editor(const struct picture *picture)
{
	static const char prompt[] = "filter: ";
	const struct view *const view = picture->view;
	const struct editor *const editor = &view->editor;
	const unsigned line = picture->layout.lines - 2;
	const unsigned room = picture->layout.columns - sizeof(prompt);
	const struct span whole = {0, picture->layout.columns};
	unsigned cursor = editor_columns(editor, editor->cursor), from = 0;

	/* what is left of the window */
	while (cursor - editor_columns(editor, from) > room)
		from++;
	cursor -= editor_columns(editor, from);
	move(line, 0);
	clrtobot();
	put(line, 0, screen_paint(NOTICE), prompt);
	for (size_t i = from; i < editor->length; i++) {
		const unsigned at = editor_columns(editor, i + 1) -
				    editor_columns(editor, from);

		if (at > room + 1)
			break;
		addnwstr(editor->text + i, 1);
	}
	if (*view->problem)
		draw_problem(picture, sizeof(prompt) - 1 + cursor);
	else
		put_fitted(line + 1, &whole, screen_paint(FAINT),
			"Enter shows what it is true of, empty all; Esc leaves");
	move(line, sizeof(prompt) - 1 + cursor);
}

void draw_foot(const struct picture *picture)
{
	const struct view *const view = picture->view;
	const struct span line = {0, picture->layout.columns};

	if (view->mode == TYPING)
		draw_editor(picture);
	else if (view->note)
		put_fitted(picture->layout.lines - 1, &line,
			screen_paint(NOTICE), view->note);
	else
		draw_keys(picture);
}
