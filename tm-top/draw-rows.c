#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "common/net/address.h"
#include "common/record/words.h"
#include "draw.h"

static void quote_name(char out[TEXT_SIZE], const char *name, bool is_strange)
{
	const char *const quote =
			is_strange && tm_word_is_ours(name) ? "\"" : "";

	snprintf(out, TEXT_SIZE, "%s%s%s", quote, name, quote);
}

void draw_label(char out[TEXT_SIZE], const struct rows *rows, enum level level,
		const struct key *key)
{
	char comm[TM_COMM_SIZE + 1] = "";

	switch (level) {
	case USER:
		quote_name(out, rows_user(rows, key->number),
				key->number != TM_NOBODY);
		break;
	case PROCESS:
		memcpy(comm, key->bytes, TM_COMM_SIZE);
		quote_name(out, *comm ? comm : "(unknown)", *comm);
		break;
	default:
		if (!tm_address_is_absent(key->bytes))
			*tm_address_format(out, key->bytes) = '\0';
		else
			strcpy(out, key->number == TM_LOST ? "(lost)" : "-");
	}
}

/* Headings. */

static const char *marker(const struct sorting *sorting)
{
	const bool is_down = sorting->is_turned == (sorting->column == BY_NAME);

	if (text_is_utf8())
		return is_down ? " \u25bc" : " \u25b2";
	return is_down ? " v" : " ^";
}

static void draw_heading(const struct top_view *view, enum group group)
{
	static const char *const names[GROUPS] = { "2 s", "10 s", "40 s",
		"total bytes", "packets" };
	const struct sorting *const sorting = &view->sorting;
	const bool is_sorted = sorting->column == BY_2 + (enum column)group;
	const unsigned at = view->layout.groups_at[group];
	const struct span whole = { at, GROUP_COLUMNS }, in = { at, 7 },
			  out = { at + 7, 7 };
	const unsigned heading = screen_paint(HEADING);
	const unsigned by = heading | A_UNDERLINE;
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s", names[group],
			group > GROUP_40		 ? ""
					: view->is_bytes ? " B/s"
							 : " bit/s",
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

static void draw_headings(const struct top_view *view)
{
	static const char *const names[LEVELS] = { "USER", "PROCESS",
		"REMOTE HOST" };
	const struct layout *const layout = &view->layout;
	const struct sorting *const sorting = &view->sorting;
	const enum level level = view->stops[view->depth].place.level;
	const unsigned heading = screen_paint(HEADING);
	char text[64];

	for (int i = 0; i < LEVELS; i++) {
		const bool is_sorted =
				sorting->column == BY_NAME && i == (int)level;

		snprintf(text, sizeof(text), "%s%s", names[i],
				is_sorted ? marker(sorting) : "");
		if (layout->labels[i].columns)
			screen_put_fitted(HEADINGS_LINE, &layout->labels[i],
					is_sorted ? screen_paint(NOTICE)
						  : heading,
					text);
	}
	if (layout->pid.columns)
		screen_put_right(HEADINGS_LINE, &layout->pid, heading, "PID");
	for (int i = 0; i < GROUPS; i++) {
		if (layout->groups_at[i])
			draw_heading(view, i);
	}
	if (layout->graph.columns)
		screen_put_right(HEADINGS_LINE, &layout->graph, heading,
				"last 40 s");
}

/* Rows. */

static void pid_text(char out[TEXT_SIZE], const struct key *key)
{
	if (key->number)
		snprintf(out, TEXT_SIZE, "%u", key->number);
	else
		strcpy(out, "-");
}

static void draw_labels(
		const struct top_view *view, unsigned line, uint32_t number)
{
	const struct table *const table = &view->rows.traffic->table;
	const struct layout *const layout = &view->layout;
	const struct top_row *row;
	char text[TEXT_SIZE];

	for (; number != ALL; number = row->parent) {
		row = &table->rows[number];
		if (layout->labels[row->level].columns) {
			draw_label(text, &view->rows, row->level, &row->key);
			screen_put_fitted(line, &layout->labels[row->level],
					PLAIN, text);
		}
		if (row->level == PROCESS && layout->pid.columns) {
			pid_text(text, &row->key);
			screen_put_right(line, &layout->pid, PLAIN, text);
		}
	}
}

static void draw_number(unsigned line, unsigned at, bool is_out, double value,
		bool is_bits)
{
	const struct span span = { at, GROUP_COLUMNS / 2 };
	char text[SHORT_SIZE];

	screen_put_right(line, &span,
			screen_paint(value > 0 ? is_out ? SENT : RECEIVED
					       : FAINT),
			is_bits ? short_bits(text, value)
				: short_bytes(text, value));
}

static void draw_rates(const struct top_view *view, unsigned line,
		uint64_t bytes[WINDOWS][2])
{
	const struct clock *const clock = &view->rows.traffic->clock;
	const bool is_bits = !view->is_bytes;

	for (int w = 0; w < WINDOWS; w++) {
		const unsigned at = view->layout.groups_at[w];
		const uint64_t length_ns = clock_length_ns(clock, w);
		const double unit = is_bits ? 8e9 : 1e9;

		for (int d = TM_IN; at && d <= TM_OUT; d++)
			draw_number(line, at + d * GROUP_COLUMNS / 2, d,
					length_ns ? bytes[w]
							 [d] * unit / length_ns
						  : 0,
					is_bits);
	}
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

/* How much in each of the last seconds, in eighths of the most. */
static void draw_graph(
		const struct top_view *view, unsigned line, uint32_t number)
{
	static const char *const blocks[] = { " ", "\u2581", "\u2582", "\u2583",
		"\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	static const char *const letters[] = { " ", ".", ".", ":", "-", "=",
		"+", "*", "#" };
	const char *const *const levels = text_is_utf8() ? blocks : letters;
	const struct table *const table = &view->rows.traffic->table;
	const struct clock *const clock = &view->rows.traffic->clock;
	const struct span *const graph = &view->layout.graph;
	uint64_t most = 0, bytes;

	for (unsigned i = 1; i <= graph->columns; i++) {
		bytes = table_past(table, clock, number, i);
		most = bytes > most ? bytes : most;
	}
	for (unsigned i = graph->columns; most && i; i--) {
		bytes = table_past(table, clock, number, i);
		screen_put(line, graph->at + graph->columns - i,
				screen_paint(GRAPH),
				levels[bytes ? 1 + (unsigned)(bytes * 7.0 / most)
					     : 0]);
	}
}

static void draw_numbers(
		const struct top_view *view, unsigned line, uint32_t number)
{
	const struct traffic *const traffic = view->rows.traffic;
	uint64_t bytes[WINDOWS][2];

	for (int w = 0; w < WINDOWS; w++)
		table_window(&traffic->table, &traffic->clock, number, w,
				bytes[w]);
	draw_rates(view, line, bytes);
	draw_totals(view, line, traffic->table.rows[number].moved);
	if (view->layout.graph.columns)
		draw_graph(view, line, number);
}

static void draw_rows(struct top_view *view)
{
	struct rows *const rows = &view->rows;
	const struct stop *const stop = &view->stops[view->depth];
	const unsigned width = view->layout.columns;

	for (uint32_t i = 0; i < view->page; i++) {
		const uint32_t at = stop->top + i;
		const unsigned line = FIRST_LINE + i;

		if (at >= view_rows(view))
			break;
		if (at < rows->count) {
			draw_labels(view, line, rows->items[at].row);
			draw_numbers(view, line, rows->items[at].row);
		} else {
			screen_put(line, 0, screen_paint(FAINT),
					TM_WORD_OTHERS);
			draw_rates(view, line, rows->rest_bytes);
			draw_totals(view, line, rows->rest);
		}
		if (at == stop->at)
			mvchgat(line, 0, width, A_REVERSE, 0, NULL);
	}
}

static void draw_all(const struct top_view *view)
{
	const uint32_t parent = view->rows.parent;

	screen_put(ALL_LINE, 0, screen_paint(STRONG), "all");
	if (parent != NO_ROW)
		draw_numbers(view, ALL_LINE, parent);
}

void draw_table(struct top_view *view)
{
	draw_headings(view);
	draw_all(view);
	draw_rows(view);
}
