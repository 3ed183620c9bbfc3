#include <ncurses.h>

#include "help.h"
#include "put.h"

#define KEY_COLUMNS 14

static const char *const texts[][2] = {
	{ "Up Down k j", "choose a row; the cursor stays with it" },
	{ "PgUp PgDn", "a page; Home and End, g and G: to the ends" },
	{ "Enter Right l", "into it: user, process, remote host" },
	{ "Esc Left", "back again (also Backspace)" },
	{ "Tab", "users, all processes, all remote hosts" },
	{ "", "" },
	{ "< > s S", "sort by name, 2 s, 10 s, 40 s or total" },
	{ "d", "which direction counts: both, in, out" },
	{ "r", "turn the order round" },
	{ "f", "freeze the order: rows stay where they are" },
	{ "", "" },
	{ "/ e", "filter by an expression of tm-filter(1)" },
	{ "p Space", "pause the picture; counting goes on" },
	{ "+ -", "replay a recording faster, slower" },
	{ "b", "rates in bits or in bytes a second" },
	{ "n", "names or numbers of users" },
	{ "Ctrl-L", "draw all of it anew" },
	{ "q F10", "quit; Ctrl-C also ends the pipeline" },
	{ "", "" },
	{ "nobody's", "sent by no user: answers of the kernel" },
	{ "unattributed", "an interface carried it, no socket did" },
	{ "lost", "counted for its user, its details lost" },
};

static const unsigned count = sizeof(texts) / sizeof(*texts);

void help_draw(struct top_view *view, unsigned lines, unsigned columns)
{
	const struct span whole = { 0, columns }, keys = { 0, KEY_COLUMNS - 1 },
			  meanings = { KEY_COLUMNS, columns - KEY_COLUMNS };
	const unsigned page = lines - 2;
	const unsigned most = count > page ? count - page : 0;

	if (view->help_top > most)
		view->help_top = most;
	put_fitted(0, &whole, screen_paint(STRONG), "tm-top: keys");
	for (unsigned i = 0; i < page && view->help_top + i < count; i++) {
		const char *const *const text = texts[view->help_top + i];

		put_fitted(i + 1, &keys, screen_paint(HEADING), text[0]);
		put_fitted(i + 1, &meanings, A_NORMAL, text[1]);
	}
	put_fitted(lines - 1, &whole, screen_paint(FAINT),
			most ? "j and k show the rest; another key leaves"
			     : "a key leaves");
}
