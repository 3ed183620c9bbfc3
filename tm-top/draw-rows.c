#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "common/net/address.h"
#include "common/record/words.h"
#include "picture.h"
#include "put.h"

static void put_name(char out[TEXT_SIZE], const char *name, bool is_strange)
{
	const char *const quote =
			is_strange && tm_word_is_ours(name) ? "\"" : "";

	snprintf(out, TEXT_SIZE, "%s%s%s", quote, name, quote);
}

void label_text(char out[TEXT_SIZE], const struct sight *sight,
		enum level level, const struct key *key)
{
	char comm[TM_COMM_SIZE + 1] = "";

	switch (level) {
	case USER:
		put_name(out, user_text(sight, key->number),
				key->number != TM_NOBODY);
		break;
	case PROCESS:
		memcpy(comm, key->bytes, TM_COMM_SIZE);
		put_name(out, *comm ? comm : "(unknown)", *comm);
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

static void put_group(const struct picture *picture, enum group group)
{
	static const char *const names[GROUPS] = { "2 s", "10 s", "40 s",
		"total bytes", "packets" };
	const struct top_view *const view = picture->view;
	const struct sorting *const sorting = &view->sorting;
	const bool is_sorted = sorting->column == BY_2 + (enum column)group;
	const unsigned at = picture->layout.groups_at[group];
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
	put_right(GROUPS_LINE, &whole,
			is_sorted ? screen_paint(NOTICE) : heading, text);
	put_right(HEADINGS_LINE, &in,
			is_sorted && sorting->way != ONLY_OUT ? by : heading,
			"in");
	put_right(HEADINGS_LINE, &out,
			is_sorted && sorting->way != ONLY_IN ? by : heading,
			"out");
}

static void draw_headings(const struct picture *picture)
{
	static const char *const names[LEVELS] = { "USER", "PROCESS",
		"REMOTE HOST" };
	const struct layout *const layout = &picture->layout;
	const struct top_view *const view = picture->view;
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
			put_fitted(HEADINGS_LINE, &layout->labels[i],
					is_sorted ? screen_paint(NOTICE)
						  : heading,
					text);
	}
	if (layout->pid.columns)
		put_right(HEADINGS_LINE, &layout->pid, heading, "PID");
	for (int i = 0; i < GROUPS; i++) {
		if (layout->groups_at[i])
			put_group(picture, i);
	}
	if (layout->graph.columns)
		put_right(HEADINGS_LINE, &layout->graph, heading, "last 40 s");
}

/* Rows. */

static void pid_text(char out[TEXT_SIZE], const struct key *key)
{
	if (key->number)
		snprintf(out, TEXT_SIZE, "%u", key->number);
	else
		strcpy(out, "-");
}

static void put_labels(
		const struct picture *picture, unsigned line, uint32_t number)
{
	const struct table *const table = &picture->traffic->table;
	const struct layout *const layout = &picture->layout;
	const struct top_row *row;
	char text[TEXT_SIZE];

	for (; number != ALL; number = row->parent) {
		row = &table->rows[number];
		if (layout->labels[row->level].columns) {
			label_text(text, &picture->sight, row->level,
					&row->key);
			put_fitted(line, &layout->labels[row->level], PLAIN,
					text);
		}
		if (row->level == PROCESS && layout->pid.columns) {
			pid_text(text, &row->key);
			put_right(line, &layout->pid, PLAIN, text);
		}
	}
}

static void put_number(unsigned line, unsigned at, bool is_out, double value,
		bool is_bits)
{
	const struct span span = { at, GROUP_COLUMNS / 2 };
	char text[SHORT_SIZE];

	put_right(line, &span,
			screen_paint(value > 0 ? is_out ? SENT : RECEIVED
					       : FAINT),
			is_bits ? short_bits(text, value)
				: short_bytes(text, value));
}

static void put_rates(const struct picture *picture, unsigned line,
		uint64_t bytes[WINDOWS][2])
{
	const struct clock *const clock = &picture->traffic->clock;
	const bool is_bits = !picture->view->is_bytes;

	for (int w = 0; w < WINDOWS; w++) {
		const unsigned at = picture->layout.groups_at[w];
		const uint64_t length_ns = clock_length_ns(clock, w);
		const double unit = is_bits ? 8e9 : 1e9;

		for (int d = TM_IN; at && d <= TM_OUT; d++)
			put_number(line, at + d * GROUP_COLUMNS / 2, d,
					length_ns ? bytes[w]
							 [d] * unit / length_ns
						  : 0,
					is_bits);
	}
}

static void put_totals(const struct picture *picture, unsigned line,
		const struct tm_amount moved[2])
{
	const unsigned *const groups_at = picture->layout.groups_at;

	for (int d = TM_IN; d <= TM_OUT; d++) {
		const unsigned right = d * GROUP_COLUMNS / 2;

		if (groups_at[GROUP_TOTAL])
			put_number(line, groups_at[GROUP_TOTAL] + right, d,
					moved[d].bytes, false);
		if (groups_at[GROUP_PACKETS])
			put_number(line, groups_at[GROUP_PACKETS] + right, d,
					moved[d].packets, true);
	}
}

/* How much in each of the last seconds, in eighths of the most. */
static void put_graph(
		const struct picture *picture, unsigned line, uint32_t number)
{
	static const char *const blocks[] = { " ", "\u2581", "\u2582", "\u2583",
		"\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	static const char *const letters[] = { " ", ".", ".", ":", "-", "=",
		"+", "*", "#" };
	const char *const *const levels = text_is_utf8() ? blocks : letters;
	const struct table *const table = &picture->traffic->table;
	const struct clock *const clock = &picture->traffic->clock;
	const struct span *const graph = &picture->layout.graph;
	uint64_t most = 0, bytes;

	for (unsigned i = 1; i <= graph->columns; i++) {
		bytes = table_past(table, clock, number, i);
		most = bytes > most ? bytes : most;
	}
	for (unsigned i = graph->columns; most && i; i--) {
		bytes = table_past(table, clock, number, i);
		put(line, graph->at + graph->columns - i, screen_paint(GRAPH),
				levels[bytes ? 1 + (unsigned)(bytes * 7.0 / most)
					     : 0]);
	}
}

static void put_row(
		const struct picture *picture, unsigned line, uint32_t number)
{
	const struct traffic *const traffic = picture->traffic;
	uint64_t bytes[WINDOWS][2];

	for (int w = 0; w < WINDOWS; w++)
		table_window(&traffic->table, &traffic->clock, number, w,
				bytes[w]);
	put_rates(picture, line, bytes);
	put_totals(picture, line, traffic->table.rows[number].moved);
	if (picture->layout.graph.columns)
		put_graph(picture, line, number);
}

static void draw_rows(const struct picture *picture)
{
	struct top_view *const view = picture->view;
	struct listing *const listing = &view->listing;
	const struct stop *const stop = view_stop(view);
	const unsigned width = picture->layout.columns;

	for (uint32_t i = 0; i < view->page; i++) {
		const uint32_t at = stop->top + i;
		const unsigned line = FIRST_LINE + i;

		if (at >= view_rows(view))
			break;
		if (at < listing->count) {
			put_labels(picture, line, listing->items[at].row);
			put_row(picture, line, listing->items[at].row);
		} else {
			put(line, 0, screen_paint(FAINT), TM_WORD_OTHERS);
			put_rates(picture, line, listing->rest_bytes);
			put_totals(picture, line, listing->rest);
		}
		if (at == stop->at)
			mvchgat(line, 0, width, A_REVERSE, 0, NULL);
	}
}

static void draw_all(const struct picture *picture)
{
	const uint32_t parent = picture->view->listing.parent;

	put(ALL_LINE, 0, screen_paint(STRONG), "all");
	if (parent != NO_ROW)
		put_row(picture, ALL_LINE, parent);
}

void draw_table(const struct picture *picture)
{
	draw_headings(picture);
	draw_all(picture);
	draw_rows(picture);
}
