#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/csv.h"
#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/base/number.h"
#include "common/base/timestamp.h"
#include "common/base/width.h"
#include "common/record/words.h"
#include "table.h"

#define TEXT_MOST 40
#define FLUSH_SIZE ((size_t)64 * 1024)

/* What is written */

static void table_put(struct tm_table *table, const char *text, size_t size)
{
	tm_text_put(&table->text, text, size);
}

static void put_string(struct tm_table *table, const char *text)
{
	tm_text_string(&table->text, text);
}

static void put_spaces(struct tm_table *table, size_t count)
{
	char *const to = tm_text_reserve(&table->text, count);

	if (!to)
		return;
	memset(to, ' ', count);
	table->text.size += count;
}

static void table_flush(struct tm_table *table)
{
	struct tm_text *const text = &table->text;

	if (!text->error && text->size &&
			table->spec.write(table->spec.context, text->at,
					text->size))
		text->error = errno;
	text->size = 0;
}

/* Columns and rows */

static const struct tm_column *column(const struct tm_table *table)
{
	return &table->spec.columns[table->at];
}

static bool column_is_text(const struct tm_column *column)
{
	return column->type == TM_CELL_TEXT || column->type == TM_CELL_TIME ||
			column->type == TM_CELL_HOUR ||
			column->type == TM_CELL_DAY;
}

static bool is_column_shown(
		const struct tm_table *table, const struct tm_column *c)
{
	return table->spec.form == TM_FORM_TABLE ? c->heading : c->key;
}

static unsigned least_width(const struct tm_column *c)
{
	static const unsigned usual[] = {
		[TM_CELL_NUMBER] = 9,
		[TM_CELL_BYTES] = 11,
		[TM_CELL_SHARE] = 9,
		[TM_CELL_RATE] = 12,
		[TM_CELL_DAY] = 0,
	};
	const unsigned heading = c->heading ? tm_width(c->heading) : 0;
	const unsigned least = c->least ? c->least : usual[c->type];

	return least > heading ? least : heading;
}

static void put_member(struct tm_table *table, const char *key)
{
	table_put(table, "\"", 1);
	put_string(table, key);
	table_put(table, "\":", 2);
}

/* The separator before a cell in CSV and JSON. */
static void begin_cell(struct tm_table *table)
{
	const bool is_json = table->spec.form == TM_FORM_JSON;
	const bool is_first = table->at == table->first;

	if (is_json && is_first)
		put_string(table, table->rows ? ",{" : "{");
	else if (!is_first)
		table_put(table, ",", 1);
	if (is_json)
		put_member(table, column(table)->key);
}

static void next_cell(struct tm_table *table)
{
	if (++table->at < table->spec.count)
		return;
	table->at = 0;
	table->rows++;
	if (table->spec.form == TM_FORM_TABLE)
		return;
	table_put(table, table->spec.form == TM_FORM_CSV ? "\n" : "}", 1);
	if (table->text.size >= FLUSH_SIZE)
		table_flush(table);
}

static void note_width(struct tm_table *table, const char *text)
{
	const unsigned most = column(table)->most;
	const size_t width = tm_width(text);
	unsigned *const widest = &table->widths[table->at];

	if (width > *widest)
		*widest = width;
	if (column(table)->type == TM_CELL_TEXT &&
			*widest > (most ? most : TEXT_MOST))
		*widest = most ? most : TEXT_MOST;
}

/* For people, cells are kept until all widths are known. Each ends in NUL. */
static void keep(struct tm_table *table, const char *text)
{
	table_put(table, text, strlen(text) + 1);
	note_width(table, text);
}

/* Cells */

static bool begin_shown(struct tm_table *table)
{
	if (!is_column_shown(table, column(table)))
		return false;
	if (table->spec.form != TM_FORM_TABLE)
		begin_cell(table);
	return true;
}

void tm_table_none(struct tm_table *table)
{
	if (begin_shown(table)) {
		if (table->spec.form == TM_FORM_TABLE)
			keep(table, "");
		else if (table->spec.form == TM_FORM_JSON)
			put_string(table, "null");
	}
	next_cell(table);
}

static void keep_escaped(struct tm_table *table, const char *text)
{
	const size_t length = strlen(text);
	const size_t room = TM_ESCAPE_GROWTH * length + 1;
	char *const escaped = tm_text_reserve(&table->text, room);
	size_t size;

	if (!escaped)
		return;
	size = tm_escape_text(escaped, room, text, length);
	note_width(table, escaped);
	table->text.size += size + 1;
}

void tm_table_text(struct tm_table *table, const char *text)
{
	if (!text) {
		tm_table_none(table);
		return;
	}
	if (begin_shown(table)) {
		if (table->spec.form == TM_FORM_TABLE)
			keep_escaped(table, text);
		else if (table->spec.form == TM_FORM_CSV)
			tm_csv_string(&table->text, text);
		else
			tm_json_string(&table->text, text);
	}
	next_cell(table);
}

void tm_table_name(struct tm_table *table, const char *name)
{
	char quoted[16];

	if (name && table->spec.form == TM_FORM_TABLE &&
			tm_word_is_ours(name)) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", name);
		name = quoted;
	}
	tm_table_text(table, name);
}

static void put_json_time(
		struct tm_table *table, const char *text, uint64_t time_ns)
{
	char more[TM_CELL_SIZE];

	table_put(table, "\"", 1);
	put_string(table, text);
	put_string(table, "\",\"");
	put_string(table, column(table)->key);
	snprintf(more, sizeof(more), "_ns\":%" PRIu64, time_ns);
	put_string(table, more);
}

void tm_table_number(struct tm_table *table, uint64_t number)
{
	char text[TM_CELL_SIZE];

	if (begin_shown(table)) {
		if (table->spec.form == TM_FORM_TABLE) {
			tm_cell_format(text, column(table)->type, number);
			keep(table, text);
		} else {
			tm_cell_format_data(text, column(table)->type,
					table->spec.form, number);
			if (table->spec.form == TM_FORM_JSON &&
					column_is_text(column(table)))
				put_json_time(table, text, number);
			else
				put_string(table, text);
		}
	}
	next_cell(table);
}

void tm_table_share(struct tm_table *table, uint64_t part, uint64_t whole)
{
	const double share = whole ? (double)part / whole : 0;
	char text[TM_CELL_SIZE];

	if (begin_shown(table)) {
		if (table->spec.form == TM_FORM_TABLE) {
			snprintf(text, sizeof(text), "%.1f %%", share * 100);
			keep(table, text);
		} else {
			snprintf(text, sizeof(text), "%.6f", share);
			put_string(table, text);
		}
	}
	next_cell(table);
}

void tm_table_rate(struct tm_table *table, uint64_t bytes, uint64_t length_ns)
{
	char text[TM_CELL_SIZE];

	if (begin_shown(table)) {
		if (table->spec.form == TM_FORM_TABLE) {
			keep(table, tm_rate_format(text, bytes, length_ns));
		} else {
			snprintf(text, sizeof(text), "%.0f",
					length_ns ? bytes * 8e9 / length_ns
						  : 0);
			put_string(table, text);
		}
	}
	next_cell(table);
}

/* Open and close */

static void put_csv_headings(struct tm_table *table)
{
	const char *before = "";

	for (unsigned i = 0; i < table->spec.count; i++) {
		if (!table->spec.columns[i].key)
			continue;
		put_string(table, before);
		put_string(table, table->spec.columns[i].key);
		before = ",";
	}
	table_put(table, "\n", 1);
}

static void put_point(struct tm_table *table, const char *key, uint64_t time_ns)
{
	char text[160], time[TM_TIMESTAMP_SIZE];
	const int length = tm_timestamp_format(time, time_ns) - time;

	snprintf(text, sizeof(text), ",\"%s\":\"%.*s\",\"%s_ns\":%" PRIu64, key,
			length, time, key, time_ns);
	put_string(table, text);
}

static void put_json_head(struct tm_table *table)
{
	const char *before = "";

	put_string(table, "{\"version\":1");
	put_point(table, "from", table->spec.from_ns);
	put_point(table, "to", table->spec.to_ns);
	put_string(table, ",\"by\":[");
	for (unsigned i = 0; i < table->spec.count; i++) {
		if (!table->spec.columns[i].is_key)
			continue;
		put_string(table, before);
		table_put(table, "\"", 1);
		put_string(table, table->spec.columns[i].key);
		table_put(table, "\"", 1);
		before = ",";
	}
	put_string(table, "],\"rows\":[");
}

void tm_table_open(struct tm_table *table, const struct tm_table_spec *spec)
{
	memset(table, 0, sizeof(*table));
	table->spec = *spec;
	for (unsigned i = 0; i < spec->count; i++)
		table->widths[i] = least_width(&spec->columns[i]);
	while (table->first < spec->count &&
			!is_column_shown(table, &spec->columns[table->first]))
		table->first++;
	if (spec->form == TM_FORM_JSON)
		put_json_head(table);
	else if (spec->form == TM_FORM_CSV && !spec->is_continued)
		put_csv_headings(table);
}

/* Two spaces before what begins at the left, lest two words look like one
 * name. */
static void put_aligned(struct tm_table *line, unsigned at, const char *text,
		bool is_first, size_t *owed)
{
	const struct tm_column *const c = &line->spec.columns[at];
	const size_t width = line->widths[at];
	size_t used, size = tm_width_fit(text, width, &used);
	const bool is_cut = text[size] && c->type == TM_CELL_TEXT;

	if (is_cut && c->keeps_end)
		text += tm_width_skip(text, width - 1, &used);
	else if (is_cut)
		size = tm_width_fit(text, width - 1, &used);
	if (!is_cut || c->keeps_end)
		size = strlen(text);
	put_spaces(line, *owed + (is_first ? 0 : column_is_text(c) ? 2 : 1));
	if (!column_is_text(c) && width > used)
		put_spaces(line, width - used);
	table_put(line, "~", is_cut && c->keeps_end);
	table_put(line, text, size);
	table_put(line, "~", is_cut && !c->keeps_end);
	used += is_cut;
	*owed = column_is_text(c) && width > used ? width - used : 0;
}

static const char *table_put_line(struct tm_table *line, const char *cell)
{
	bool is_first = true;
	size_t owed = 0;

	for (unsigned i = 0; i < line->spec.count; i++) {
		const struct tm_column *const c = &line->spec.columns[i];

		if (!c->heading)
			continue;
		put_aligned(line, i, cell ? cell : c->heading, is_first, &owed);
		if (cell)
			cell += strlen(cell) + 1;
		is_first = false;
	}
	table_put(line, "\n", 1);
	if (line->text.size >= FLUSH_SIZE)
		table_flush(line);
	return cell;
}

/* The lines are composed in a separate text while the cells are read. */
static void table_put_lines(struct tm_table *table)
{
	struct tm_table line = *table;
	const char *cell = table->text.at;

	line.text = (struct tm_text){ 0 };
	table_put_line(&line, NULL);
	for (uint64_t row = 0; row < table->rows && !line.text.error; row++)
		cell = table_put_line(&line, cell);
	table_flush(&line);
	tm_text_free(&table->text);
	table->text = line.text;
}

static void put_shares(struct tm_table *table, const struct tm_shares *shares)
{
	char text[TM_SHARES_SIZE];
	struct tm_share share;
	unsigned step = 0;

	if (table->spec.form == TM_FORM_TABLE) {
		put_string(table, tm_shares_format(text, shares));
		table_put(table, "\n", 1);
		return;
	}
	while ((share = tm_shares_next(shares, &step)).words) {
		tm_text_format(&table->text,
				",\"%s\":{\"bytes\":%" PRIu64
				",\"packets\":%" PRIu64 "}",
				share.key, share.amount->bytes,
				share.amount->packets);
	}
}

int tm_table_close(struct tm_table *table, const struct tm_shares *shares)
{
	if (table->spec.form == TM_FORM_TABLE && !table->text.error)
		table_put_lines(table);
	if (table->spec.form == TM_FORM_JSON)
		table_put(table, "]", 1);
	if (shares && table->spec.form != TM_FORM_CSV)
		put_shares(table, shares);
	if (table->spec.form == TM_FORM_JSON)
		table_put(table, "}\n", 2);
	table_flush(table);
	errno = table->text.error;
	tm_text_free(&table->text);
	return errno ? -1 : 0;
}
