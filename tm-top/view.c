#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "view.h"

#define CONTROL(letter) ((letter)&0x1f)
#define DELETE 0x7f
#define SLOWEST (1.0 / 64)
#define FASTEST 4096.0

void view_start(struct top_view *view, struct top *top)
{
	const struct top_options *const options = top->options;

	memset(view, 0, sizeof(*view));
	view->top = top;
	view->rows.names = top->names;
	view->stops->place.level = options->level;
	view->sorting.column = options->column;
	view->is_numeric = options->is_numeric;
	view->is_bytes = options->is_bytes;
	view->note = screen_note();
}

struct traffic *view_traffic(const struct top_view *view)
{
	return view->paused ? view->paused : top_shown(view->top);
}

uint32_t view_rows(const struct top_view *view)
{
	return view->rows.count + view->rows.has_rest;
}

const char *view_question(const struct top_view *view)
{
	return view->top->question ? view->top->question->text : "";
}

/* The keys of a row and what it belongs to. */
static void row_take_keys(const struct table *table, uint32_t number,
		struct key keys[LEVELS])
{
	for (; number != ALL; number = table->rows[number].parent)
		keys[table->rows[number].level] = table->rows[number].key;
}

static uint32_t find_row(const struct table *table, const struct stop *stop)
{
	uint32_t row = ALL;

	for (unsigned i = 0; i <= stop->place.level && row != NO_ROW; i++)
		row = table_find(table, row, &stop->chosen[i]);
	return row;
}

/* The cursor stays with its row, wherever that goes. */
static void view_follow(struct top_view *view)
{
	const struct rows *const rows = &view->rows;
	struct stop *const stop = view_stop(view);
	uint32_t row;

	if (!stop->has_chosen)
		return;
	row = find_row(&view_traffic(view)->table, stop);
	for (uint32_t i = 0; row != NO_ROW && i < rows->count; i++) {
		if (rows->items[i].row == row) {
			stop->at = i;
			return;
		}
	}
}

static void view_clamp(struct top_view *view)
{
	struct stop *const stop = view_stop(view);
	const uint32_t rows = view_rows(view);
	const uint32_t page = view->page ? view->page : 1;

	if (stop->at >= rows)
		stop->at = rows ? rows - 1 : 0;
	if (stop->top > stop->at)
		stop->top = stop->at;
	if (stop->at - stop->top >= page)
		stop->top = stop->at - page + 1;
	if (stop->top + page > rows)
		stop->top = rows > page ? rows - page : 0;
}

int view_arrange(struct top_view *view)
{
	if (!view->paused)
		top_sum_up(view->top, &view->summary);
	view->rows.traffic = view_traffic(view);
	view->rows.is_numeric = view->is_numeric;
	if (rows_make(&view->rows, &view_stop(view)->place, &view->sorting))
		return -1;
	view_follow(view);
	view_clamp(view);
	return 0;
}

static void move_to(struct top_view *view, uint32_t at)
{
	struct stop *const stop = view_stop(view);

	stop->at = at;
	view_clamp(view);
	stop->has_chosen = stop->at > 0 && stop->at < view->rows.count;
	if (stop->has_chosen)
		row_take_keys(&view_traffic(view)->table,
				view->rows.items[stop->at].row, stop->chosen);
}

static void move_by(struct top_view *view, int64_t rows)
{
	const int64_t at = view_stop(view)->at + rows;

	move_to(view, at < 0 ? 0 : at > UINT32_MAX ? UINT32_MAX : at);
}

static void go_into(struct top_view *view)
{
	const struct stop *const from = view_stop(view);
	const enum level level = from->place.level;
	struct stop *into;

	if (from->at >= view->rows.count)
		return;
	if (level == REMOTE) {
		view->note = "nothing is below a remote host";
		return;
	}
	into = &view->stops[++view->depth];
	memset(into, 0, sizeof(*into));
	into->place.depth = level + 1;
	into->place.level = level + 1;
	row_take_keys(&view_traffic(view)->table,
			view->rows.items[from->at].row, into->place.keys);
}

static void go_back(struct top_view *view)
{
	if (view->depth)
		view->depth--;
	else if (view_stop(view)->place.level != USER)
		view_stop(view)->place.level = USER;
	else
		view->note = "q quits";
}

/* All processes, or all remote hosts, of what this is a view of. */
static void change_level(struct top_view *view)
{
	struct stop *const stop = view_stop(view);
	struct row_place *const place = &stop->place;

	place->level = place->level == REMOTE ? place->depth : place->level + 1;
	stop->has_chosen = false;
	stop->at = stop->top = 0;
}

static void change_column(struct top_view *view, int step)
{
	view->sorting.column =
			(view->sorting.column + COLUMNS + step) % COLUMNS;
}

static void view_pause(struct top_view *view)
{
	if (view->paused) {
		traffic_free(view->paused);
		free(view->paused);
		view->paused = NULL;
		return;
	}
	view->paused = malloc(sizeof(*view->paused));
	if (view->paused && traffic_copy(view->paused, top_shown(view->top))) {
		free(view->paused);
		view->paused = NULL;
	}
	if (view->paused)
		top_sum_up(view->top, &view->summary);
	else
		view->note = "there is no memory for a pause";
}

static void view_freeze(struct top_view *view)
{
	view->sorting.is_frozen = !view->sorting.is_frozen;
	rows_thaw(view_traffic(view));
	rows_thaw(top_shown(view->top));
}

static void change_speed(struct top_view *view, double factor)
{
	struct feed *const feed = &view->top->feed;
	const double speed = feed->speed * factor;

	if (!feed->is_recording)
		view->note = "only a recording can be replayed faster";
	else if (feed->speed > 0 && speed >= SLOWEST && speed <= FASTEST)
		feed_set_speed(feed, speed);
}

static void edit_question(struct top_view *view)
{
	view->mode = TYPING;
	*view->problem = '\0';
	editor_start(&view->editor, view_question(view));
}

/* A pause shows what was before the question and ends with it. */
static void view_ask(struct top_view *view)
{
	char *const text = editor_text(&view->editor);
	size_t column = 0;

	*view->problem = '\0';
	if (!text) {
		view->note = "out of memory";
		return;
	}
	if (top_ask(view->top, text, view->problem, &column)) {
		view->problem_at = tm_expression_characters(text, column);
		view->editor.cursor = view->problem_at;
	} else {
		if (view->paused)
			view_pause(view);
		view->mode = LOOKING;
	}
	free(text);
}

static void view_type(struct top_view *view, wint_t key, bool is_code)
{
	switch (editor_take(&view->editor, key, is_code)) {
	case ENTERED:
		view_ask(view);
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

static void view_look_by_code(struct top_view *view, wint_t key)
{
	switch (key) {
	case KEY_UP:
		move_by(view, -1);
		break;
	case KEY_DOWN:
		move_by(view, 1);
		break;
	case KEY_PPAGE:
		move_by(view, -(int64_t)view->page);
		break;
	case KEY_NPAGE:
		move_by(view, view->page);
		break;
	case KEY_HOME:
		move_to(view, 0);
		break;
	case KEY_END:
		move_to(view, UINT32_MAX);
		break;
	case KEY_ENTER:
	case KEY_RIGHT:
		go_into(view);
		break;
	case KEY_BACKSPACE:
	case KEY_LEFT:
		go_back(view);
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

static void view_look(struct top_view *view, wint_t key)
{
	struct sorting *const sorting = &view->sorting;

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		if ((wint_t)same[i].key == key) {
			view_look_by_code(view, same[i].code);
			return;
		}
	}
	switch (key) {
	case '\t':
		change_level(view);
		break;
	case '>':
	case 's':
		change_column(view, 1);
		break;
	case '<':
	case 'S':
		change_column(view, -1);
		break;
	case 'd':
		sorting->way = (sorting->way + 1) % WAYS;
		break;
	case 'r':
		sorting->is_turned = !sorting->is_turned;
		break;
	case 'f':
		view_freeze(view);
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
		edit_question(view);
		break;
	case '+':
		change_speed(view, 2);
		break;
	case '-':
		change_speed(view, 0.5);
		break;
	case CONTROL('L'):
		screen_refresh();
		break;
	default:
		view->note = "? shows the keys";
	}
}

void view_take_key(struct top_view *view, wint_t key, bool is_code)
{
	view->note = NULL;
	switch (view->mode) {
	case TYPING:
		view_type(view, key, is_code);
		break;
	case READING_HELP:
		read_help(view, key, is_code);
		break;
	case LOOKING:
		if (is_code)
			view_look_by_code(view, key);
		else
			view_look(view, key);
	}
}
