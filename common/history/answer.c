#include <stdio.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "common/base/clock.h"
#include "common/record/amount.h"
#include "common/record/words.h"
#include "common/show/key-cells.h"
#include "stored.h"

static const struct tm_column amount_columns[] = {
	{ "in", "IN", .type = TM_CELL_BYTES },
	{ "out", "OUT", .type = TM_CELL_BYTES },
	{ "total", "TOTAL", .type = TM_CELL_BYTES },
	{ .heading = "SHARE", .type = TM_CELL_SHARE },
	{ .key = "packets_in", .type = TM_CELL_NUMBER },
	{ .key = "packets_out", .type = TM_CELL_NUMBER },
	{ "packets", "PACKETS", .type = TM_CELL_NUMBER, .least = 12 },
};

static const struct tm_column lost_columns[] = {
	{ .key = "lost", .type = TM_CELL_BYTES },
	{ .key = "lost_packets", .type = TM_CELL_NUMBER },
};

/* Outside JSON, only if it differs from the heading. */
static const struct tm_column resolution_column = { "resolution", "RESOLUTION",
	.type = TM_CELL_TEXT };

#define AMOUNTS (sizeof(amount_columns) / sizeof(*amount_columns))
#define LOST (sizeof(lost_columns) / sizeof(*lost_columns))

const char *tm_history_user_name(const struct tm_history_form *form,
		uint32_t uid, const char *recorded)
{
	if (uid == TM_NOBODY)
		return "none";
	return form->is_numeric ? NULL : recorded;
}

/* --- keys --- */

/* The texts of a row: NULL is the remainder. */
static void put_text(struct tm_table *table, const char *text)
{
	const struct tm_label label = {
		.sort = !text		? TM_LABEL_WORD
				: *text ? TM_LABEL_NAME
					: TM_LABEL_ABSENT,
		.text = text ? text : TM_WORD_OTHERS,
	};

	tm_label_put(table, &label);
}

/* Where no column beside it has the number, one without a name is its digits.
 */
static void put_user(const struct tm_key_sources *sources,
		struct tm_table *table, enum tm_key_id key, uint32_t uid,
		const char *recorded)
{
	struct tm_label label;

	tm_key_label_user(sources, uid, recorded, &label);
	if (key != TM_KEY_USER && label.sort == TM_LABEL_UNNAMED)
		label.sort = TM_LABEL_WORD;
	tm_label_put(table, &label);
}

static void put_value(const struct tm_key_sources *sources,
		struct tm_table *table, enum tm_key_id key, uint64_t value)
{
	struct tm_label label;

	tm_key_table[key].label(sources, &value, &label);
	tm_label_put(table, &label);
}

static void put_key(const struct tm_key_sources *sources,
		struct tm_table *table, enum tm_key_id key,
		const struct tm_history_row *row)
{
	if (key == TM_KEY_USER)
		tm_table_number(table, row->ids[key]);
	if (tm_history_key_is_user(key))
		put_user(sources, table, key, row->ids[key], row->texts[key]);
	else if (key == TM_KEY_DIRECTION)
		put_value(sources, table, key, row->direction);
	else if (key >= TM_KEYS_STORED)
		put_value(sources, table, key, row->time_ns);
	else if (tm_history_key_has_text(key))
		put_text(table, row->texts[key]);
	else
		put_value(sources, table, key, row->ids[key]);
}

static struct tm_key_sources sources_of(const struct tm_history_form *form)
{
	return (struct tm_key_sources){
		.is_numeric = form->is_numeric,
	};
}

/* --- amounts --- */

static void put_both(struct tm_table *table, uint64_t in, uint64_t out)
{
	tm_table_number(table, in);
	tm_table_number(table, out);
	tm_table_number(table, tm_amount_sum(in, out));
}

static void put_amounts(struct tm_table *table, const struct tm_amount moved[2],
		uint64_t whole)
{
	const uint64_t bytes = tm_amount_both(moved).bytes;

	put_both(table, moved[TM_IN].bytes, moved[TM_OUT].bytes);
	tm_table_share(table, bytes, whole);
	put_both(table, moved[TM_IN].packets, moved[TM_OUT].packets);
}

static void put_lost(struct tm_table *table, const struct tm_amount lost[2])
{
	const struct tm_amount both = tm_amount_both(lost);

	tm_table_number(table, both.bytes);
	tm_table_number(table, both.packets);
}

static void put_sums(struct tm_table *table, const struct tm_history_row *row,
		uint64_t whole)
{
	put_amounts(table, row->moved, whole);
	put_lost(table, row->lost);
}

struct tm_shares tm_history_shares(const struct tm_history_summary *summary)
{
	struct tm_shares shares = {
		.attributed = tm_amount_both(summary->attributed),
		.nobody = tm_amount_both(summary->nobody),
		.lost = tm_amount_both(summary->lost),
		.excluded = tm_amount_both(summary->excluded),
		.unattributed = tm_amount_both(summary->unattributed),
	};

	shares.has_unattributed =
			shares.unattributed.bytes | shares.unattributed.packets;
	return shares;
}

/* --- rows --- */

static bool has_resolution(const struct tm_table *table)
{
	const struct tm_table_spec *const spec = &table->spec;

	return spec->columns[spec->count - 1].key == resolution_column.key;
}

static unsigned add_key(struct tm_column *columns, unsigned key)
{
	const unsigned count = tm_key_columns(
			&tm_key_table[__builtin_ctz(key)], columns);

	if (key == TM_HISTORY_BY_USER)
		columns[count - 1].least = 19; /* as wide as a time */
	return count;
}

static void put_keys(const struct tm_key_sources *sources,
		struct tm_table *table, const struct tm_history_keys *keys,
		const struct tm_history_row *row)
{
	for (unsigned i = 0; i < keys->count; i++)
		put_key(sources, table, __builtin_ctz(keys->order[i]), row);
}

/* The columns of a slot besides its rows. */
static void put_rest_keys(const struct tm_key_sources *sources,
		struct tm_table *table, const struct tm_history_keys *keys,
		const struct tm_history_row *row)
{
	const char *label = TM_WORD_OTHERS;

	for (unsigned i = 0; i < keys->count; i++) {
		const unsigned key = keys->order[i];

		if (key & TM_HISTORY_BY_TIME) {
			put_key(sources, table, __builtin_ctz(key), row);
			continue;
		}
		if (key == TM_HISTORY_BY_USER)
			tm_table_none(table);
		tm_table_text(table, label);
		label = NULL;
	}
}

static void put_row(const struct tm_key_sources *sources,
		struct tm_table *table, const struct tm_history_keys *keys,
		const struct tm_history_row *row, uint64_t whole)
{
	if (row->is_rest)
		put_rest_keys(sources, table, keys, row);
	else
		put_keys(sources, table, keys, row);
	put_sums(table, row, whole);
	if (has_resolution(table))
		tm_table_text(table,
				tm_history_resolution_name(row->resolution));
}

/* The sum of several rows: its label is in the first column that people see. */
static void put_label(struct tm_table *table,
		const struct tm_history_keys *keys, const char *label)
{
	for (unsigned i = 0; i < keys->count; i++) {
		const unsigned key = keys->order[i];

		if (key == TM_HISTORY_BY_USER)
			tm_table_none(table);
		if (!i && key <= TM_HISTORY_BY_DIRECTION)
			tm_table_text(table, label);
		else if (!i && table->spec.form == TM_FORM_TABLE)
			tm_table_text(table, label);
		else
			tm_table_none(table);
	}
}

static void put_sum_row(struct tm_table *table,
		const struct tm_history_keys *keys, const char *label,
		const struct tm_history_row *row, uint64_t whole)
{
	put_label(table, keys, label);
	put_sums(table, row, whole);
	if (has_resolution(table))
		tm_table_none(table);
}

static void subtract(
		struct tm_amount from[2], const struct tm_amount amounts[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		from[i].bytes -= amounts[i].bytes;
		from[i].packets -= amounts[i].packets;
	}
}

/* The sum of the rows beyond those shown, from the first on. */
static struct tm_history_row rest_of(const struct tm_history_rows *rows)
{
	struct tm_history_row rest = rows->sum;

	for (size_t i = 0; i < rows->count; i++) {
		subtract(rest.moved, rows->rows[i].moved);
		subtract(rest.lost, rows->rows[i].lost);
	}
	return rest;
}

static void put_rows(const struct tm_history_form *form, struct tm_table *table,
		const struct tm_history_keys *keys,
		const struct tm_history_rows *rows)
{
	const uint64_t whole = tm_history_row_bytes(&rows->sum);
	const struct tm_key_sources sources = sources_of(form);
	const struct tm_history_row rest = rest_of(rows);

	for (size_t i = 0; i < rows->count; i++)
		put_row(&sources, table, keys, &rows->rows[i], whole);
	if (rows->count < rows->found)
		put_sum_row(table, keys, TM_WORD_OTHERS, &rest, whole);
	if (form->form == TM_FORM_TABLE)
		put_sum_row(table, keys, "all", &rows->sum, whole);
}

/* --- answers --- */

/* For people: the line above the table. */
static int put_range(const struct tm_history_form *form, uint64_t from_ns,
		uint64_t to_ns)
{
	char from[TM_TIME_SIZE], to[TM_TIME_SIZE], line[2 * TM_TIME_SIZE + 8];
	const int size = to_ns ? snprintf(line, sizeof(line), "%s to %s\n",
						 tm_time_format(from, from_ns),
						 tm_time_format(to, to_ns))
			       : snprintf(line, sizeof(line),
						 "nothing is in it yet\n");

	if (form->form != TM_FORM_TABLE)
		return 0;
	return form->write(form->context, line, size);
}

static void open_table(struct tm_table *table,
		const struct tm_history_form *form, struct tm_table_spec spec)
{
	spec.form = form->form;
	spec.write = form->write;
	spec.context = form->context;
	tm_table_open(table, &spec);
}

static bool has_time(const struct tm_history_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->order[i] & TM_HISTORY_BY_TIME)
			return true;
	}
	return false;
}

int tm_history_answer_rows(const struct tm_history_form *form,
		const struct tm_history_keys *keys,
		const struct tm_history_rows *rows,
		const struct tm_shares *shares)
{
	struct tm_column columns[2 * TM_KEYS_HISTORY + AMOUNTS + LOST + 1];
	struct tm_table_spec spec = {
		.columns = columns,
		.from_ns = rows->from_ns,
		.to_ns = rows->to_ns,
	};
	struct tm_table table;

	for (unsigned i = 0; i < keys->count; i++)
		spec.count += add_key(columns + spec.count, keys->order[i]);
	memcpy(columns + spec.count, amount_columns, sizeof(amount_columns));
	spec.count += AMOUNTS;
	memcpy(columns + spec.count, lost_columns, sizeof(lost_columns));
	spec.count += LOST;
	if (rows->coarse || (form->form == TM_FORM_JSON && has_time(keys)))
		columns[spec.count++] = resolution_column;
	if (put_range(form, rows->from_ns, rows->to_ns))
		return -1;
	open_table(&table, form, spec);
	put_rows(form, &table, keys, rows);
	return tm_table_close(&table, shares);
}

static const struct tm_column what_column = { "what", "WHAT", TM_CELL_TEXT,
	.is_key = true, .least = 19 };

static void put_what(struct tm_table *table, const char *what,
		const struct tm_amount amounts[2], uint64_t whole)
{
	tm_table_text(table, what);
	put_amounts(table, amounts, whole);
}

/* Of a range that was widened to whole minutes, only the part with records. */
static uint64_t covered_ns(const struct tm_history_summary *summary,
		uint64_t from_ns, uint64_t to_ns)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < summary->covered_count; i++) {
		const struct tm_history_span *const span = &summary->covered[i];
		const uint64_t begin = span->begin_ns > from_ns ? span->begin_ns
								: from_ns;
		const uint64_t end =
				span->end_ns < to_ns ? span->end_ns : to_ns;

		sum += end > begin ? end - begin : 0;
	}
	return sum;
}

static double coverage(const struct tm_history_summary *summary)
{
	const uint64_t from_ns = summary->from_ns > summary->first_ns
			? summary->from_ns
			: summary->first_ns;
	const uint64_t to_ns = summary->to_ns < summary->newest_ns
			? summary->to_ns
			: summary->newest_ns;

	if (to_ns <= from_ns)
		return 0;
	return (double)covered_ns(summary, from_ns, to_ns) / (to_ns - from_ns);
}

static int put_coverage(const struct tm_history_form *form,
		const struct tm_history_summary *summary)
{
	char newest[TM_TIME_SIZE], line[TM_TIME_SIZE + 128];
	const int size = snprintf(line, sizeof(line),
			"a source was there for %.1f %% of the time, in %zu run%s; "
			"the newest is of %s\n",
			100 * coverage(summary), summary->run_count,
			summary->run_count == 1 ? "" : "s",
			tm_time_format(newest, summary->newest_ns));

	if (form->form != TM_FORM_TABLE || !summary->newest_ns)
		return 0;
	return form->write(form->context, line, size);
}

int tm_history_answer_summary(const struct tm_history_form *form,
		const struct tm_history_summary *summary)
{
	struct tm_column columns[1 + AMOUNTS];
	const struct tm_table_spec spec = {
		.columns = columns,
		.count = 1 + AMOUNTS,
		.from_ns = summary->from_ns,
		.to_ns = summary->to_ns,
	};
	const uint64_t whole = tm_amount_both(summary->moved).bytes;
	struct tm_table table;

	columns[0] = what_column;
	memcpy(columns + 1, amount_columns, sizeof(amount_columns));
	if (put_range(form, summary->from_ns, summary->to_ns))
		return -1;
	open_table(&table, form, spec);
	put_what(&table, "attributed", summary->attributed, whole);
	put_what(&table, "nobody", summary->nobody, whole);
	put_what(&table, "lost", summary->lost, whole);
	put_what(&table, "all", summary->moved, whole);
	put_what(&table, "excluded", summary->excluded, whole);
	put_what(&table, "unattributed", summary->unattributed, whole);
	if (tm_table_close(&table, NULL))
		return -1;
	return put_coverage(form, summary);
}
