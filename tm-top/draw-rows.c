#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "command-lines.h"
#include "common/record/services.h"
#include "common/record/words.h"
#include "draw.h"

#define COMMAND_SIZE 512
#define BOTH_COLUMNS 12 /* has room for a port and its name */

/* --- what a row is called --- */

static bool is_port(const struct tm_key *key)
{
	return key == &tm_key_table[TM_KEY_PORT] ||
			key == &tm_key_table[TM_KEY_LOCAL_PORT] ||
			key == &tm_key_table[TM_KEY_REMOTE_PORT];
}

static void name_port(char out[TEXT_SIZE], const struct rows *rows,
		const uint64_t *row_key, uint16_t port, unsigned columns)
{
	const uint64_t *const protocol = cell_value(
			&rows->list->place, row_key, TM_KEY_PROTOCOL);
	const char *const name = rows->sources.is_numeric
			? NULL
			: tm_service_name(protocol ? *protocol : 0, port);

	if (name && columns >= BOTH_COLUMNS)
		snprintf(out, TEXT_SIZE, "%-5u %s", port, name);
	else if (name && strlen(name) <= columns)
		snprintf(out, TEXT_SIZE, "%s", name);
	else
		snprintf(out, TEXT_SIZE, "%u", port);
}

/* The end of a path, which tells more than its beginning. */
static void copy_path(char out[TEXT_SIZE], const char *path)
{
	const size_t size = strlen(path);

	snprintf(out, TEXT_SIZE, "%s",
			size < TEXT_SIZE ? path : path + size - TEXT_SIZE + 1);
}

void draw_name(char out[TEXT_SIZE], const struct rows *rows,
		const struct list_place *place, unsigned number,
		const uint64_t *row_key, unsigned columns)
{
	const struct tm_key *const key = place->keys.list[number];
	const uint64_t *const words = row_key + place->keys.offsets[number];
	struct tm_label label;
	bool is_strange;

	is_strange = cell_label(&label, place, &rows->sources, number, row_key);
	if (label.sort == TM_LABEL_NUMBER && is_port(key) && *words)
		name_port(out, rows, row_key, *words, columns);
	else if (label.sort == TM_LABEL_ABSENT &&
			key == &tm_key_table[TM_KEY_PROCESS])
		snprintf(out, TEXT_SIZE, "%s", TM_WORD_UNKNOWN);
	else if (is_strange && tm_word_is_ours(label.text))
		snprintf(out, TEXT_SIZE, "\"%s\"", label.text);
	else if (key->is_path)
		copy_path(out, label.text);
	else
		snprintf(out, TEXT_SIZE, "%s", label.text);
}

/* The command line of a row's process, if there is one. */
static bool draw_command(const struct top_view *view, const struct span *span,
		unsigned line, const uint64_t *row_key)
{
	const struct list_place *const place = &view->rows.list->place;
	const uint64_t *const pid = cell_value(place, row_key, TM_KEY_PID);
	const uint64_t *const uid = cell_value(place, row_key, TM_KEY_USER);
	char text[COMMAND_SIZE];

	if (!view->has_commands || !pid || !uid || !*pid ||
			!command_line(text, sizeof(text), *pid, *uid))
		return false;
	screen_put_fitted(line, span, A_NORMAL, text);
	return true;
}

static void draw_labels(
		const struct top_view *view, unsigned line, uint32_t row)
{
	const struct list *const list = view->rows.list;
	const uint64_t *const row_key = list_key(list, row);
	char text[TEXT_SIZE];

	for (unsigned i = 0; i < list->place.keys.count; i++) {
		const struct tm_key *const key = list->place.keys.list[i];
		const struct span *const span = &view->layout.labels[i];

		if (!span->columns)
			continue;
		if (key == &tm_key_table[TM_KEY_PROCESS] &&
				draw_command(view, span, line, row_key))
			continue;
		draw_name(text, &view->rows, &list->place, i, row_key,
				span->columns);
		if (layout_is_right(key))
			screen_put_right(line, span, A_NORMAL, text);
		else if (key->is_path)
			screen_put_path(line, span, A_NORMAL, text);
		else
			screen_put_fitted(line, span, A_NORMAL, text);
	}
}

/* --- headings --- */

static const char *marker(const struct sorting *sorting)
{
	const bool is_down = sorting->is_turned == (sorting->column == BY_NAME);

	if (text_is_utf8())
		return is_down ? " \u25bc" : " \u25b2";
	return is_down ? " v" : " ^";
}

static const char *rate_unit(const struct top_view *view)
{
	return view->is_bytes ? "B/s" : "bit/s";
}

static void draw_heading(const struct top_view *view, enum group group)
{
	static const char *const names[GROUPS] = { "2 s", "10 s", "40 s",
		"total bytes", "packets", "peak" };
	const struct sorting *const sorting = &view->sorting;
	const bool is_sorted = sorting->column == BY_2 + (enum column)group;
	const bool is_rate = group <= GROUP_40 || group == GROUP_PEAK;
	const unsigned at = view->layout.groups_at[group];
	const struct span whole = { at, GROUP_COLUMNS }, in = { at, 7 },
			  out = { at + 7, 7 };
	const unsigned heading = screen_paint(HEADING);
	const unsigned by = heading | A_UNDERLINE;
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s%s", names[group],
			is_rate ? " " : "", is_rate ? rate_unit(view) : "",
			is_sorted ? marker(sorting) : "");
	screen_put_right(GROUPS_LINE, &whole,
			is_sorted ? screen_paint(NOTICE) : heading, text);
	screen_put_right(HEADINGS_LINE, &in,
			is_sorted && sorting->way != ONLY_OUT ? by : heading,
			"in");
	screen_put_right(HEADINGS_LINE, &out,
			is_sorted && sorting->way != ONLY_IN ? by : heading,
			"out");
}

/* Whether names are sorted by the key of that number first. */
static bool is_sorted_by(const struct top_view *view, unsigned number)
{
	const struct sorting *const sorting = &view->sorting;
	const unsigned count = view->rows.list->place.keys.count;

	return sorting->column == BY_NAME &&
			number == (sorting->key < count ? sorting->key : 0);
}

static void draw_key_headings(const struct top_view *view)
{
	const struct tm_keys *const keys = &view->rows.list->place.keys;
	const unsigned heading = screen_paint(HEADING);
	char text[64];

	for (unsigned i = 0; i < keys->count; i++) {
		const struct span *const span = &view->layout.labels[i];
		const bool is_sorted = is_sorted_by(view, i);

		if (!span->columns)
			continue;
		snprintf(text, sizeof(text), "%s%s",
				layout_heading(keys->list[i], span->columns),
				is_sorted ? marker(&view->sorting) : "");
		if (layout_is_right(keys->list[i]))
			screen_put_right(HEADINGS_LINE, span, heading, text);
		else
			screen_put_fitted(HEADINGS_LINE, span,
					is_sorted ? screen_paint(NOTICE)
						  : heading,
					text);
	}
}

/* --- numbers --- */

static void draw_number(unsigned line, unsigned at, bool is_out, double value,
		bool is_decimal)
{
	const struct span span = { at, GROUP_COLUMNS / 2 };
	char text[SHORT_SIZE];

	screen_put_right(line, &span,
			screen_paint(value > 0 ? is_out ? SENT : RECEIVED
					       : FAINT),
			is_decimal ? short_decimal(text, value)
				   : short_bytes(text, value));
}

static void draw_rate(const struct top_view *view, unsigned line,
		enum group group, int direction, double bytes_per_second)
{
	const unsigned at = view->layout.groups_at[group];
	const bool is_bits = !view->is_bytes;

	if (at)
		draw_number(line, at + direction * GROUP_COLUMNS / 2, direction,
				bytes_per_second * (is_bits ? 8 : 1), is_bits);
}

static void draw_rates(const struct top_view *view, unsigned line,
		const struct rate *rate)
{
	const struct clock *const clock = &view->rows.traffic->clock;
	uint64_t bytes[2];
	double peaks[2];

	for (int w = 0; w < WINDOWS; w++) {
		const struct slots slots = clock_window(clock, w);

		rate_sum(rate, &slots, bytes);
		for (int d = TM_IN; d <= TM_OUT; d++)
			draw_rate(view, line, GROUP_2 + w, d,
					slots.length_ns ? bytes[d] * 1e9 /
									slots.length_ns
							: 0);
	}
	rate_peaks(rate, clock, peaks);
	for (int d = TM_IN; d <= TM_OUT; d++)
		draw_rate(view, line, GROUP_PEAK, d, peaks[d]);
}

static void draw_totals(const struct top_view *view, unsigned line,
		const struct tm_amount moved[2])
{
	const unsigned *const groups_at = view->layout.groups_at;

	for (int d = TM_IN; d <= TM_OUT; d++) {
		const unsigned right = d * GROUP_COLUMNS / 2;

		if (groups_at[GROUP_TOTAL])
			draw_number(line, groups_at[GROUP_TOTAL] + right, d,
					moved[d].bytes, false);
		if (groups_at[GROUP_PACKETS])
			draw_number(line, groups_at[GROUP_PACKETS] + right, d,
					moved[d].packets, true);
	}
}

/* --- the graph --- */

static unsigned graph_slots(const struct layout *layout)
{
	return layout->bar ? layout->graph.columns / layout->bar : 0;
}

/* The most that moved in one of the slots that it shows. */
static uint64_t graph_most(const struct top_view *view, const struct rate *rate)
{
	const uint64_t now = view->rows.traffic->clock.slot;
	const unsigned count = graph_slots(&view->layout);
	uint64_t most = 0;

	for (unsigned i = 1; i <= count && i <= now; i++) {
		if (rate_at(rate, now - i) > most)
			most = rate_at(rate, now - i);
	}
	return most;
}

/* In eighths of the most. */
static const char *bar_of(uint64_t bytes, uint64_t most)
{
	static const char *const blocks[] = { " ", "\u2581", "\u2582", "\u2583",
		"\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	static const char *const letters[] = { " ", ".", ".", ":", "-", "=",
		"+", "*", "#" };
	const unsigned level = bytes ? 1 + (unsigned)(bytes * 7.0 / most) : 0;

	return text_is_utf8() ? blocks[level] : letters[level];
}

static void draw_graph(const struct top_view *view, unsigned line,
		const struct rate *rate, uint64_t most)
{
	const struct layout *const layout = &view->layout;
	const uint64_t now = view->rows.traffic->clock.slot;
	const unsigned count = graph_slots(layout);
	unsigned at = layout->graph.at + layout->graph.columns;

	for (unsigned i = 1; most && i <= count && i <= now; i++) {
		const char *const bar = bar_of(rate_at(rate, now - i), most);

		for (unsigned j = 0; j < layout->bar; j++)
			screen_put(line, --at, screen_paint(GRAPH), bar);
	}
}

/* Rows are drawn to one scale, which is named here. */
static void draw_graph_heading(const struct top_view *view, uint64_t most)
{
	const struct span *const graph = &view->layout.graph;
	char text[64], rate[SHORT_SIZE];

	snprintf(text, sizeof(text), "last %u s, up to %s %s",
			graph_slots(&view->layout),
			view->is_bytes ? short_bytes(rate, most)
				       : short_decimal(rate, most * 8.0),
			rate_unit(view));
	if (!most || strlen(text) > graph->columns)
		snprintf(text, sizeof(text), "last %u s",
				graph_slots(&view->layout));
	screen_put_right(HEADINGS_LINE, graph, screen_paint(HEADING), text);
}

/* --- all of it --- */

static void draw_line(const struct top_view *view, unsigned line,
		const struct tm_sum *sum, const struct rate *rate,
		uint64_t most)
{
	draw_rates(view, line, rate);
	draw_totals(view, line, sum->moved);
	if (view->layout.graph.columns)
		draw_graph(view, line, rate, most);
}

static void draw_rest(const struct top_view *view, unsigned line, uint64_t most)
{
	const struct list *const list = view->rows.list;

	screen_put(line, 0, screen_paint(FAINT), TM_WORD_OTHERS);
	draw_line(view, line, &list->sums.others, &list->rest_rate,
			graph_most(view, &list->rest_rate) > most
					? graph_most(view, &list->rest_rate)
					: most);
}

static void draw_rows(struct top_view *view, uint64_t most)
{
	const struct rows *const rows = &view->rows;
	const struct list *const list = rows->list;
	const struct stop *const stop = view_stop(view);

	for (uint32_t i = 0; i < view->page; i++) {
		const uint32_t at = stop->top + i;
		const unsigned line = FIRST_LINE + i;

		if (at >= view_rows(view))
			break;
		if (at < rows->count) {
			const uint32_t row = rows->items[at].row;

			draw_labels(view, line, row);
			draw_line(view, line, &list->sums.rows[row],
					&list_row(list, row)->rate, most);
		} else {
			draw_rest(view, line, most);
		}
		if (at == stop->at)
			mvchgat(line, 0, view->layout.columns, A_REVERSE, 0,
					NULL);
	}
}

/* Its bars are to a scale of their own. */
static void draw_all(const struct top_view *view)
{
	const struct list *const list = view->rows.list;

	screen_put(ALL_LINE, 0, screen_paint(STRONG), TM_WORD_ALL);
	draw_line(view, ALL_LINE, &list->all, &list->all_rate,
			graph_most(view, &list->all_rate));
}

void draw_table(struct top_view *view)
{
	const uint64_t most = graph_most(view, &view->rows.list->most);

	draw_key_headings(view);
	for (int i = 0; i < GROUPS; i++) {
		if (view->layout.groups_at[i])
			draw_heading(view, i);
	}
	if (view->layout.graph.columns)
		draw_graph_heading(view, most);
	draw_all(view);
	draw_rows(view, most);
}
