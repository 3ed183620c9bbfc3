#include <ncurses.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/record/words.h"
#include "draw.h"

#define STALE_NS (3 * TM_SECOND_NS)
#define WIDE 100
#define NARROW 60

/* --- the title: host, time, and whether events still arrive --- */

static const char *format_clock(
		char out[32], uint64_t time_ns, const char *format)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	struct tm local;

	if (!time_ns || !localtime_r(&seconds, &local) ||
			!strftime(out, 32, format, &local))
		strcpy(out, "-");
	return out;
}

static unsigned draw_speed(const struct feed *feed, unsigned room)
{
	if (!feed->is_recording || feed->has_ended)
		return room;
	if (feed->speed <= 0)
		return screen_put_end(TITLE_LINE, room, screen_paint(NOTICE),
				"replay max");
	return screen_put_end(TITLE_LINE, room, screen_paint(NOTICE),
			"replay %gx", feed->speed);
}

/* A recording is as old as its own clock says. */
static uint64_t tick_age_ns(const struct top_view *view)
{
	const struct source *const source = &view->summary.source;
	const uint64_t time_ns = view->summary.time_ns;

	if (!view->top->feed.is_recording)
		return tm_clock_steady_ns() - source->heard_ns;
	return time_ns > source->tick_ns ? time_ns - source->tick_ns : 0;
}

static unsigned draw_end(const struct feed *feed, unsigned room)
{
	if (feed->reader.status == TM_CUT)
		return screen_put_end(
				TITLE_LINE, room, screen_paint(ALARM), "CUT");
	return screen_put_end(TITLE_LINE, room, screen_paint(NOTICE), "ended");
}

/* The end is also shown while the view is paused. */
static unsigned draw_tick(
		const struct top_view *view, unsigned room, bool is_narrow)
{
	const uint64_t age_ns = tick_age_ns(view);

	if (view->top->feed.has_ended)
		return draw_end(&view->top->feed, room);
	if (view->paused)
		return room;
	if (!view->summary.source.has_ticks)
		return screen_put_end(TITLE_LINE, room, PLAIN, "no TICK yet");
	if (age_ns >= STALE_NS)
		return screen_put_end(TITLE_LINE, room, screen_paint(ALARM),
				is_narrow ? "STALE %.0f s"
					  : "STALE: no TICK for %.0f s",
				age_ns / 1e9);
	return screen_put_end(TITLE_LINE, room, PLAIN,
			is_narrow ? "%.1f s" : "TICK %.1f s ago", age_ns / 1e9);
}

static void draw_host(const struct source *source, unsigned room)
{
	char host[TEXT_SIZE], more[32] = "";
	const struct span span = { 8, room > 8 ? room - 8 : 0 };

	screen_put(TITLE_LINE, 0, screen_paint(HEADING), "tm-top");
	if (source->runs.count > 1)
		snprintf(more, sizeof(more), " and %u more",
				source->runs.count - 1);
	snprintf(host, sizeof(host), "%s%s", source->host, more);
	if (span.columns)
		screen_put_fitted(
				TITLE_LINE, &span, screen_paint(STRONG), host);
}

static void draw_title_line(const struct top_view *view)
{
	const struct summary *const summary = &view->summary;
	const unsigned columns = view->layout.columns;
	const char *const format =
			columns < WIDE ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S";
	char rate[SHORT_SIZE], clock[32];
	unsigned room;

	short_decimal(rate, summary->events_per_second);
	room = columns < NARROW
			? columns
			: screen_put_end(TITLE_LINE, columns, PLAIN,
					  "%*s events/s", SHORT_COLUMNS, rate);
	room = draw_tick(view, room, columns < NARROW);
	room = draw_speed(&view->top->feed, room);
	room = screen_put_end(TITLE_LINE, room, screen_paint(STRONG), "%s",
			format_clock(clock, summary->time_ns, format));
	draw_host(&summary->source, room);
}

/* --- the sums: traffic without an owner, unattributed and lost --- */

struct sum {
	const char *name, *short_name;
	const struct tm_amount *amount;
	bool is_bad, is_apart; /* no part of all */
};

/* Shorter, the less room there is. */
static unsigned format_sum(char out[TEXT_SIZE], const struct sum *sum,
		uint64_t all, int detail)
{
	char size[TM_SIZE_SIZE], shorter[SHORT_SIZE];
	const uint64_t bytes = sum->amount->bytes;

	if (!detail)
		snprintf(out, TEXT_SIZE, "%s %s", sum->short_name,
				short_bytes(shorter, bytes));
	else if (detail == 1 || !bytes || !all || sum->is_apart)
		snprintf(out, TEXT_SIZE, "%s %s", sum->name,
				tm_size_format(size, bytes));
	else
		snprintf(out, TEXT_SIZE, "%s %s (%.1f %%)", sum->name,
				tm_size_format(size, bytes),
				bytes * 100.0 / all);
	return strlen(out);
}

static void draw_sums(const struct top_view *view)
{
	const struct summary *const summary = &view->summary;
	const uint64_t bytes = summary->bytes;
	const struct sum sums[] = {
		{ "unowned", "none", &summary->nobody, false, false },
		{ "unattributed", "unattr", &summary->unattributed, false,
				true },
		{ "lost", "lost", &summary->lost, true, false },
		{ "loopback, counted twice", "lo", &summary->loopback, false,
				true },
	};
	const unsigned count = tm_amount_is_some(&summary->loopback) ? 4 : 3;
	char text[TEXT_SIZE];
	unsigned needed, at = 0;
	int detail = 3;

	do {
		detail--;
		needed = 0;
		for (unsigned i = 0; i < count; i++)
			needed += format_sum(text, &sums[i], bytes, detail) + 3;
	} while (detail && needed > view->layout.columns + 3);
	for (unsigned i = 0; i < count; i++) {
		const bool is_alarm = sums[i].is_bad && sums[i].amount->packets;
		const unsigned length =
				format_sum(text, &sums[i], bytes, detail);

		screen_put(SUMS_LINE, at,
				is_alarm ? screen_paint(ALARM)
					 : screen_paint(PLAIN),
				text);
		at += length + (detail ? 3 : 2);
	}
}

/* Separates a key from the one before it: a PID is part of its process. */
static const char *place_separator(enum tm_key_id id)
{
	if (id == TM_KEY_PID || id == TM_KEY_PROTOCOL)
		return " ";
	return text_is_utf8() ? " \u203a " : " > ";
}

/* The values of the scope, formatted as if they were a row's. */
static void place_text(char out[TEXT_SIZE], const struct top_view *view,
		const struct list_place *place)
{
	struct list_place scope = { .keys = place->scope };
	uint64_t words[LIST_KEY_WORDS];
	char name[TEXT_SIZE], fitted[TEXT_SIZE];
	size_t used = 0;

	memcpy(words, place->words, sizeof(words));
	*out = '\0';
	for (unsigned i = 0; i < scope.keys.count; i++) {
		const struct tm_key *const key = scope.keys.list[i];

		if (key == &tm_key_table[TM_KEY_PID] &&
				!words[scope.keys.offsets[i]])
			continue;
		draw_name(name, &view->rows, &scope, i, words, 10);
		if (!strcmp(name, TM_WORD_ABSENT))
			snprintf(name, sizeof(name), "no %s", key->name);
		if (key->is_path)
			text_fit_path(fitted, name, 40);
		else
			text_fit(fitted, name, 40);
		used += snprintf(out + used, TEXT_SIZE - used, "%s%s",
				i ? place_separator(key - tm_key_table) : "",
				fitted);
		if (used >= TEXT_SIZE)
			return;
	}
	if (scope.keys.count)
		snprintf(out + used, TEXT_SIZE - used, "%s",
				text_is_utf8() ? " \u203a " : " > ");
}

/* What is open: alice > curl 4242 > 17 remotes. */
static unsigned draw_place(struct top_view *view)
{
	const struct stop *const stop = view_stop(view);
	char scope[TEXT_SIZE], rows[LEVEL_SIZE], text[TEXT_SIZE + LEVEL_SIZE],
			fitted[TEXT_SIZE];
	unsigned used;

	place_text(scope, view, &stop->place);
	level_format(rows, stop->level, &stop->place.keys, view->rows.count);
	snprintf(text, sizeof(text), "%s%s", scope, rows);
	used = text_cut(fitted, text, view->layout.columns);
	screen_put(PLACE_LINE, 0, screen_paint(STRONG), fitted);
	return used + 2;
}

static unsigned draw_pause(
		const struct top_view *view, unsigned columns, unsigned left)
{
	char clock[32], text[64];

	format_clock(clock, view->summary.time_ns, "%H:%M:%S");
	snprintf(text, sizeof(text), "PAUSED at %s", clock);
	if (left + strlen(text) > columns) /* the title has it too */
		strcpy(text, "PAUSED");
	return screen_put_end(
			PLACE_LINE, columns, screen_paint(NOTICE), "%s", text);
}

static unsigned draw_reset(
		const struct top_view *view, unsigned columns, unsigned left)
{
	char clock[32], text[64];

	format_clock(clock, view->top->reset_ns, "%H:%M:%S");
	snprintf(text, sizeof(text), "totals since %s", clock);
	if (left + strlen(text) > columns)
		return columns;
	return screen_put_end(
			PLACE_LINE, columns, screen_paint(NOTICE), "%s", text);
}

/* What the user has set, at the right end. */
static void draw_state(const struct top_view *view, unsigned left)
{
	const char *const unknown = top_unknown_name(view->top);
	const unsigned notice = screen_paint(NOTICE);
	unsigned room = view->layout.columns;
	char text[3 * TEXT_SIZE], name[TEXT_SIZE], fitted[TEXT_SIZE];

	if (view->paused)
		room = draw_pause(view, room, left);
	if (view->sorting.is_frozen)
		room = screen_put_end(PLACE_LINE, room, notice, "FROZEN");
	if (view->top->reset_ns)
		room = draw_reset(view, room, left);
	if (!view->top->question || room <= left)
		return;
	text_fit(fitted, view_question(view), TEXT_SIZE);
	snprintf(text, sizeof(text), "filter: %s", fitted);
	if (view->top->question->doubt) {
		snprintf(text, sizeof(text), "filter: %s (%s)", fitted,
				view->top->question->doubt);
	} else if (unknown) {
		text_fit(name, unknown, 32);
		snprintf(text, sizeof(text), "filter: %s (no %s seen)", fitted,
				name);
	}
	text_cut(fitted, text, room - left);
	screen_put_end(PLACE_LINE, room, notice, "%s", fitted);
}

static void draw_title(struct top_view *view)
{
	draw_title_line(view);
	draw_sums(view);
	draw_state(view, draw_place(view));
}

/* --- the screen --- */

static void draw_too_small(unsigned lines, unsigned columns)
{
	char text[64], fitted[TEXT_SIZE];

	snprintf(text, sizeof(text), "%ux%u is too small: %ux%u", columns,
			lines, LEAST_COLUMNS, LEAST_LINES);
	text_fit(fitted, text, columns);
	screen_put(0, 0, screen_paint(NOTICE), fitted);
}

int view_draw(struct top_view *view)
{
	struct layout *const layout = &view->layout;

	layout_make(layout, LINES, COLS, &view_stop(view)->place.keys,
			&view->sorting, view->has_commands);
	erase();
	curs_set(view->mode >= TYPING_FILTER && layout->lines);
	if (!layout->lines) {
		draw_too_small(LINES, COLS);
	} else if (view->mode == READING_HELP) {
		draw_help(view);
	} else {
		view->page = layout_page(layout);
		if (view_arrange(view))
			return -1;
		draw_title(view);
		draw_table(view);
		draw_keys(view);
	}
	refresh();
	return 0;
}
