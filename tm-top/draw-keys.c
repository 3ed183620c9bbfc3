#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"

#define KEY_COLUMNS 15

/* --- the last line --- */

static void draw_hints(const struct top_view *view)
{
	static const char *const hints[][2] = {
		{ "?", "help" },
		{ "q", "quit" },
		{ "Enter", "open" },
		{ "Esc", "back" },
		{ "Tab", "next list" },
		{ "/", "filter" },
		{ "<>", "sort" },
		{ "p", "pause" },
		{ "d", "in/out" },
		{ "m", "merge" },
		{ "z", "zero" },
		{ "w", "write" },
		{ "c", "commands" },
		{ "b", "bytes" },
		{ "n", "numbers" },
		{ "r", "reverse" },
		{ "f", "freeze" },
	};
	const unsigned line = view->layout.lines - 1;
	unsigned at = 0, key, columns;

	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		key = strlen(hints[i][0]);
		columns = key + 1 + strlen(hints[i][1]);
		if (at + columns > view->layout.columns)
			break;
		screen_put(line, at, screen_paint(HEADING), hints[i][0]);
		screen_put(line, at + key + 1, screen_paint(FAINT),
				hints[i][1]);
		at += columns + 2;
	}
}

/* An error in the filter, and where it is shown. */
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
		const struct top_view *view, unsigned caret)
{
	const unsigned most = view->layout.lines - 2;
	const unsigned columns = view->layout.columns;

	problem->columns = text_fit(problem->text, view->problem, TEXT_SIZE);
	problem->lines = 0;
	if (!fits_beside(problem, caret, columns))
		problem->lines = count_lines(problem->text, columns);
	if (problem->lines > most)
		problem->lines = most;
}

/* A caret below the column, and the reason. */
static void draw_problem(const struct top_view *view,
		const struct problem *problem, unsigned caret)
{
	const unsigned columns = view->layout.columns;
	const unsigned alarm = screen_paint(ALARM);
	unsigned line = view->layout.lines - 1 - problem->lines;
	const char *rest = problem->text;
	char cut[TEXT_SIZE];

	screen_put(line, caret, alarm, "^");
	if (!problem->lines)
		screen_put(line,
				caret + 2 + problem->columns <= columns
						? caret + 2
						: caret - 1 - problem->columns,
				alarm, rest);
	while (++line < view->layout.lines) {
		const size_t size = text_line(rest, columns);

		if (line + 1 == view->layout.lines)
			text_cut(cut, rest, columns);
		else
			snprintf(cut, sizeof(cut), "%.*s", (int)size, rest);
		screen_put(line, 0, alarm, cut);
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

static void draw_editor(const struct top_view *view)
{
	const bool is_filter = view->mode == TYPING_FILTER;
	const char *const prompt = is_filter ? "filter: " : "by: ";
	const struct editor *const editor = &view->editor;
	const unsigned room = view->layout.columns - strlen(prompt) - 1;
	const struct span whole = { 0, view->layout.columns };
	unsigned cursor = editor_columns(editor, editor->cursor), from = 0;
	struct problem problem = { .lines = 0 };
	unsigned line;

	/* scroll until the cursor fits */
	while (cursor - editor_columns(editor, from) > room)
		from++;
	cursor += strlen(prompt) - editor_columns(editor, from);
	if (*view->problem)
		prepare_problem(&problem, view, cursor);
	line = view->layout.lines - 2 - problem.lines;
	move(line, 0);
	clrtobot();
	screen_put(line, 0, screen_paint(NOTICE), prompt);
	draw_typed(editor, from, room);
	if (*view->problem)
		draw_problem(view, &problem, cursor);
	else
		screen_put_fitted(line + 1, &whole, screen_paint(FAINT),
				is_filter ? "Enter applies it; an empty line shows all; Esc cancels"
					  : "Enter lists by these keys, such as job,user; Esc cancels");
	move(line, cursor);
}

void draw_keys(const struct top_view *view)
{
	const struct span line = { 0, view->layout.columns };

	if (view->mode >= TYPING_FILTER)
		draw_editor(view);
	else if (view->note)
		screen_put_fitted(view->layout.lines - 1, &line,
				screen_paint(NOTICE), view->note);
	else
		draw_hints(view);
}

/* --- the help --- */

static const char *const texts[][2] = {
	{ "Enter l Right", "open the row: user, process, remote, connection" },
	{ "Esc Left", "go back (also Backspace)" },
	{ "1 2 3 4 5", "users, processes, remotes, services, connections" },
	{ "6 7 8 9", "jobs, units and containers, logins, commands" },
	{ "Tab y", "the next of these lists; a list by any keys" },
	{ "j k Up Down", "select a row (also PgUp, PgDn, g, G, Home, End)" },
	{ "< > s S d", "sort by another column; by in, out, or both" },
	{ "r f", "reverse the order; freeze it" },
	{ "m", "merge processes of one name, or separate them" },
	{ "c", "command lines instead of process names" },
	{ "b n", "bits or bytes per second; names or numbers" },
	{ "", "" },
	{ "/ e", "filter by an expression, see tm-filter(1)" },
	{ "p Space", "pause the screen; counting continues" },
	{ "z", "set totals and peaks to zero" },
	{ "w", "write the whole table to a new file" },
	{ "+ -", "replay a recording faster or slower" },
	{ "q F10", "quit; Ctrl-C also ends the rest of the pipeline" },
	{ "", "" },
	{ "unowned", "traffic of no user, such as answers of the kernel" },
	{ "unattributed", "on an interface, but of no socket here" },
	{ "lost", "counted for its user, without any details" },
};

static const unsigned count = sizeof(texts) / sizeof(*texts);

void draw_help(struct top_view *view)
{
	const unsigned lines = view->layout.lines;
	const unsigned columns = view->layout.columns;
	const struct span whole = { 0, columns }, keys = { 0, KEY_COLUMNS - 1 },
			  meanings = { KEY_COLUMNS, columns - KEY_COLUMNS };
	const unsigned page = lines - 2;
	const unsigned most = count > page ? count - page : 0;

	if (view->help_top > most)
		view->help_top = most;
	screen_put_fitted(0, &whole, screen_paint(STRONG), "tm-top: keys");
	for (unsigned i = 0; i < page && view->help_top + i < count; i++) {
		const char *const *const text = texts[view->help_top + i];

		screen_put_fitted(i + 1, &keys, screen_paint(HEADING), text[0]);
		screen_put_fitted(i + 1, &meanings, A_NORMAL, text[1]);
	}
	screen_put_fitted(lines - 1, &whole, screen_paint(FAINT),
			most ? "j and k scroll; any other key closes the help"
			     : "any key closes the help");
}
