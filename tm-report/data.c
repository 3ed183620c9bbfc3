#include <err.h>
#include <stdlib.h>

#include "common/exit.h"
#include "common/table.h"
#include "report.h"

static const struct tm_column columns[] = {
	{.key = "time", .type = TM_CELL_TIME},
	{.key = "uid", .type = TM_CELL_NUMBER},
	{"user", "USER", TM_CELL_TEXT, .is_key = true, .least = 19, .most = 19},
	{"in", "IN", .type = TM_CELL_BYTES},
	{"out", "OUT", .type = TM_CELL_BYTES},
	{"total", "TOTAL", .type = TM_CELL_BYTES},
	{.heading = "SHARE", .type = TM_CELL_SHARE},
	{.key = "packets_in", .type = TM_CELL_NUMBER},
	{.key = "packets_out", .type = TM_CELL_NUMBER},
	{"packets", "PACKETS", TM_CELL_NUMBER, .least = 12},
	{.key = "lost", .type = TM_CELL_BYTES},
	{.key = "lost_packets", .type = TM_CELL_NUMBER},
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void put_amounts(
	struct tm_table *table, const struct row *row, uint64_t seen)
{
	tm_table_number(table, row->moved[TM_IN].bytes);
	tm_table_number(table, row->moved[TM_OUT].bytes);
	tm_table_number(table, row_bytes(row));
	tm_table_share(table, row_bytes(row), seen);
	tm_table_number(table, row->moved[TM_IN].packets);
	tm_table_number(table, row->moved[TM_OUT].packets);
	tm_table_number(table, row_packets(row));
	tm_table_number(
		table, row->lost[TM_IN].bytes + row->lost[TM_OUT].bytes);
	tm_table_number(
		table, row->lost[TM_IN].packets + row->lost[TM_OUT].packets);
}

static void put_user(const struct report *report, struct tm_table *table,
	const struct row *row, uint64_t seen)
{
	const char *name = user_name(report, row->uid);
	char number[16];

	if (table->spec.columns == columns)
		tm_table_number(table, report->end_ns);
	tm_table_number(table, row->uid);
	if (!name && table->spec.form == TM_FORM_TABLE) {
		snprintf(number, sizeof(number), "%u", row->uid);
		name = number;
	}
	tm_table_text(table, name);
	put_amounts(table, row, seen);
}

/* A row of several users. */
static void put_sum(const struct report *report, struct tm_table *table,
	const char *what, const struct row *row, uint64_t seen)
{
	if (table->spec.columns == columns)
		tm_table_number(table, report->end_ns);
	tm_table_none(table);
	tm_table_text(table, what);
	put_amounts(table, row, seen);
}

static void put_rows(const struct report *report, struct tm_table *table)
{
	const struct sums *const total = report->total;
	struct row rest, nobody = total->nobody;
	const struct row all = sums_all(total);
	const struct row **const rows = choose_rows(report, total, &rest);
	const uint64_t seen = row_bytes(&all);

	if (!rows)
		err(TM_FAILED, NULL);
	for (const struct row **row = rows; *row; row++)
		put_user(report, table, *row, seen);
	free(rows);
	if (!row_is_empty(&rest))
		put_sum(report, table, "(others)", &rest, seen);
	nobody.uid = TM_NOBODY;
	if (!row_is_empty(&nobody))
		put_user(report, table, &nobody, seen);
	if (table->spec.form == TM_FORM_TABLE)
		put_sum(report, table, "all", &all, seen);
}

static int write_file(void *context, const char *text, size_t size)
{
	return fwrite(text, 1, size, context) == size ? 0 : -1;
}

static void write_form(const struct report *report, enum tm_form form)
{
	const struct tm_shares shares = all_shares(report);
	const unsigned hidden = !(form == TM_FORM_CSV && report->is_repeated);
	const struct tm_table_spec spec = {
		.form = form,
		.columns = columns + hidden,
		.count = COLUMNS - hidden,
		.is_continued = !report->is_first,
		.from_ns = report->first_ns,
		.to_ns = report->end_ns,
		.write = write_file,
		.context = report->out,
	};
	struct tm_table table;

	tm_table_open(&table, &spec);
	put_rows(report, &table);
	if (tm_table_close(&table, &shares))
		err(TM_FAILED, NULL);
}

void write_totals(const struct report *report)
{
	write_form(report, TM_FORM_TABLE);
}

void write_csv(const struct report *report)
{
	const struct tm_shares shares = all_shares(report);
	char line[TM_SHARES_SIZE];

	write_form(report, TM_FORM_CSV);
	if (report->is_last && !report->is_quiet)
		fprintf(stderr, "%s\n", tm_shares_format(line, &shares));
}

void write_json(const struct report *report)
{
	write_form(report, TM_FORM_JSON);
}
