#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "picture.h"
#include "put.h"

static void draw_keys(const struct picture *picture)
{
	static const char *const hints[][2] = {
		{ "?", "help" },
		{ "q", "quit" },
		{ "Enter", "into" },
		{ "Esc", "back" },
		{ "/", "filter" },
		{ "<>", "sort" },
		{ "Tab", "level" },
		{ "p", "pause" },
		{ "d", "in/out" },
		{ "r", "turn" },
		{ "f", "freeze" },
		{ "b", "bytes" },
		{ "n", "numbers" },
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

/* What is wrong, and where that is said. */
struct problem {
	char text[TEXT_SIZE];
	unsigned columns;
	unsigned lines; /* 0 = beside the caret, else that many below it */
};

static unsigned count_lines(const char *text, unsigned columns)
{
	unsigned count = 0;

	for (; *text; count++) {
		text += text_line(text, columns);
		text += strspn(text, " ");
	}
	return count;
}

static bool fits_beside(
		const struct problem *problem, unsigned caret, unsigned columns)
{
	return caret + 2 + problem->columns <= columns ||
			problem->columns < caret;
}

static void prepare_problem(struct problem *problem,
		const struct picture *picture, unsigned caret)
{
	const unsigned most = picture->layout.lines - 2;
	const unsigned columns = picture->layout.columns;

	problem->columns = text_fit(
			problem->text, picture->view->problem, TEXT_SIZE);
	problem->lines = 0;
	if (!fits_beside(problem, caret, columns))
		problem->lines = count_lines(problem->text, columns);
	if (problem->lines > most)
		problem->lines = most;
}

/* A caret below the column, and why. */
static void draw_problem(const struct picture *picture,
		const struct problem *problem, unsigned caret)
{
	const unsigned columns = picture->layout.columns;
	const unsigned alarm = screen_paint(ALARM);
	unsigned line = picture->layout.lines - 1 - problem->lines;
	const char *rest = problem->text;
	char cut[TEXT_SIZE];

	put(line, caret, alarm, "^");
	if (!problem->lines)
		put(line,
				caret + 2 + problem->columns <= columns
						? caret + 2
						: caret - 1 - problem->columns,
				alarm, rest);
	while (++line < picture->layout.lines) {
		const size_t size = text_line(rest, columns);

		if (line + 1 == picture->layout.lines)
			text_cut(cut, rest, columns);
		else
			snprintf(cut, sizeof(cut), "%.*s", (int)size, rest);
		put(line, 0, alarm, cut);
		rest += size;
		rest += strspn(rest, " ");
	}
}

static void draw_typed(const struct editor *editor, size_t from, unsigned room)
{
	for (size_t i = from; i < editor->length; i++) {
		const unsigned at = editor_columns(editor, i + 1) -
				editor_columns(editor, from);

		if (at > room + 1)
			break;
		addnwstr(editor->text + i, 1);
	}
}

static void draw_editor(const struct picture *picture)
{
	static const char prompt[] = "filter: ";
	const struct top_view *const view = picture->view;
	const struct editor *const editor = &view->editor;
	const unsigned room = picture->layout.columns - sizeof(prompt);
	const struct span whole = { 0, picture->layout.columns };
	unsigned cursor = editor_columns(editor, editor->cursor), from = 0;
	struct problem problem = { .lines = 0 };
	unsigned line;

	/* what is left of the window */
	while (cursor - editor_columns(editor, from) > room)
		from++;
	cursor += sizeof(prompt) - 1 - editor_columns(editor, from);
	if (*view->problem)
		prepare_problem(&problem, picture, cursor);
	line = picture->layout.lines - 2 - problem.lines;
	move(line, 0);
	clrtobot();
	put(line, 0, screen_paint(NOTICE), prompt);
	draw_typed(editor, from, room);
	if (*view->problem)
		draw_problem(picture, &problem, cursor);
	else
		put_fitted(line + 1, &whole, screen_paint(FAINT),
				"Enter shows what it is true of, empty all; Esc leaves");
	move(line, cursor);
}

void draw_foot(const struct picture *picture)
{
	const struct top_view *const view = picture->view;
	const struct span line = { 0, picture->layout.columns };

	if (view->mode == TYPING)
		draw_editor(picture);
	else if (view->note)
		put_fitted(picture->layout.lines - 1, &line,
				screen_paint(NOTICE), view->note);
	else
		draw_keys(picture);
}
