/* Tables of all totals: for people, as CSV and as JSON. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "common/record/words.h"
#include "common/show/key-cells.h"
#include "report.h"

static const struct tm_column time_column = { .key = "time",
	.type = TM_CELL_TIME };

static const struct tm_column bytes_columns[] = {
	{ "in", "IN", .type = TM_CELL_BYTES },
	{ "out", "OUT", .type = TM_CELL_BYTES },
	{ "total", "TOTAL", .type = TM_CELL_BYTES },
};

static const struct tm_column share_column = { .heading = "SHARE",
	.type = TM_CELL_SHARE };

/* With the bytes, people see how many packets there were in all. */
static const struct tm_column packets_columns[] = {
	{ "packets_in", "PACKETS IN", .type = TM_CELL_NUMBER, .least = 12 },
	{ "packets_out", "PACKETS OUT", .type = TM_CELL_NUMBER, .least = 12 },
	{ "packets", "PACKETS", .type = TM_CELL_NUMBER, .least = 12 },
};

static const struct tm_column lost_columns[] = {
	{ .key = "lost", .type = TM_CELL_BYTES },
	{ .key = "lost_packets", .type = TM_CELL_NUMBER },
};

/* A table that is being written. */
struct writing {
	const struct report *report;
	const struct tm_keys *keys;
	struct tm_table table;
	struct tm_column columns[TM_TABLE_COLUMNS];
	unsigned count;
	bool has_time; /* rows begin with that of the report */
	struct tm_sum all;
};

static void add_columns(struct writing *writing,
		const struct tm_column *columns, size_t count)
{
	memcpy(writing->columns + writing->count, columns,
			count * sizeof(*columns));
	writing->count += count;
}

static void make_columns(struct writing *writing)
{
	const struct report *const report = writing->report;
	struct tm_column *packets;

	if (writing->has_time)
		add_columns(writing, &time_column, 1);
	writing->count += tm_keys_columns(
			writing->keys, writing->columns + writing->count);
	if (report->has_bytes)
		add_columns(writing, bytes_columns, 3);
	add_columns(writing, &share_column, 1);
	if (report->has_packets) {
		packets = writing->columns + writing->count;
		add_columns(writing, packets_columns, 3);
		if (report->has_bytes)
			packets[0].heading = packets[1].heading = NULL;
	}
	if (report->has_bytes)
		add_columns(writing, &lost_columns[0], 1);
	if (report->has_packets)
		add_columns(writing, &lost_columns[1], 1);
}

static void table_put_both(struct tm_table *table, uint64_t in, uint64_t out,
		bool is_wanted)
{
	if (!is_wanted)
		return;
	tm_table_number(table, in);
	tm_table_number(table, out);
	tm_table_number(table, tm_amount_sum(in, out));
}

static void table_put_amounts(struct writing *writing, const struct tm_sum *row)
{
	const struct report *const report = writing->report;
	const struct tm_amount *const moved = row->moved;
	const struct tm_amount *const lost = row->lost;
	struct tm_table *const table = &writing->table;

	table_put_both(table, moved[TM_IN].bytes, moved[TM_OUT].bytes,
			report->has_bytes);
	if (report->has_bytes)
		tm_table_share(table, tm_sum_bytes(row),
				tm_sum_bytes(&writing->all));
	else
		tm_table_share(table, tm_sum_packets(row),
				tm_sum_packets(&writing->all));
	table_put_both(table, moved[TM_IN].packets, moved[TM_OUT].packets,
			report->has_packets);
	if (report->has_bytes)
		tm_table_number(table, tm_amount_both(lost).bytes);
	if (report->has_packets)
		tm_table_number(table, tm_amount_both(lost).packets);
}

static void table_put_row(struct writing *writing, const uint64_t *key,
		const struct tm_sum *row)
{
	const struct report *const report = writing->report;

	if (writing->has_time)
		tm_table_number(&writing->table, report->end_ns);
	tm_keys_put(writing->keys, &writing->table, key);
	table_put_amounts(writing, row);
}

/* A row of several. */
static void table_put_sum(struct writing *writing, const char *label,
		const struct tm_sum *row)
{
	if (writing->has_time)
		tm_table_number(&writing->table, writing->report->end_ns);
	tm_keys_put_word(writing->keys, &writing->table, label);
	table_put_amounts(writing, row);
}

static void table_put_rows(
		struct writing *writing, const struct report_view *view)
{
	static const uint64_t nobody = TM_NOBODY;
	const struct report *const report = writing->report;
	const struct tm_sums *const sums = &view->total;
	struct tm_ranking ranking =
			report_rank(view, sums, report->order, report->top);

	for (uint32_t i = 0; i < ranking.count; i++)
		table_put_row(writing, tm_sums_key(sums, ranking.rows[i].row),
				&sums->rows[ranking.rows[i].row]);
	free(ranking.rows);
	if (!tm_sum_is_empty(&ranking.rest))
		table_put_sum(writing, TM_WORD_OTHERS, &ranking.rest);
	if (!tm_sum_is_empty(&sums->nobody))
		table_put_row(writing, &nobody, &sums->nobody);
	if (writing->table.spec.form == TM_FORM_TABLE)
		table_put_sum(writing, "all", &writing->all);
}

static void write_totals(const struct report *report, enum tm_form form)
{
	const struct report_view *const view = &report->tally->views[VIEW_ROWS];
	const struct tm_shares shares = tally_shares(report->tally);
	struct writing writing = {
		.report = report,
		.keys = &view->keys,
		.has_time = form == TM_FORM_CSV && report->is_repeated,
		.all = tm_sums_all(&view->total),
	};
	struct tm_table_spec spec = {
		.form = form,
		.columns = writing.columns,
		.is_continued = !report->is_first,
		.from_ns = report->first_ns,
		.to_ns = report->end_ns,
		.write = write_file,
		.context = report->out,
	};

	make_columns(&writing);
	spec.count = writing.count;
	tm_table_open(&writing.table, &spec);
	table_put_rows(&writing, view);
	if (tm_table_close(&writing.table, &shares))
		err(TM_FAILED, NULL);
}

void style_write_csv(const struct report *report)
{
	write_totals(report, TM_FORM_CSV);
	report_say_shares(report);
}

void style_write_json(const struct report *report)
{
	write_totals(report, TM_FORM_JSON);
}

void style_write_table(const struct report *report)
{
	char first[TM_TIME_SIZE], end[TM_TIME_SIZE];

	if (!report->is_last) {
		style_write_rates(report);
		return;
	}
	if (report->is_repeated)
		fprintf(report->out, "%s%s to %s\n",
				report->is_first ? "" : "\n",
				tm_time_format(first, report->first_ns),
				tm_time_format(end, report->end_ns));
	write_totals(report, TM_FORM_TABLE);
}
