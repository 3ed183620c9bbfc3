#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "common/record/words.h"
#include "common/show/key-cells.h"
#include "report.h"

#define LIVE_ROWS 20 /* what a terminal has room for each second */

static const struct tm_column rate_columns[] = {
	{ .heading = "IN", .type = TM_CELL_RATE },
	{ .heading = "OUT", .type = TM_CELL_RATE },
	{ .heading = "PACKETS", .type = TM_CELL_NUMBER },
	{ .heading = "TOTAL IN", .type = TM_CELL_BYTES },
	{ .heading = "TOTAL OUT", .type = TM_CELL_BYTES },
};

#define RATES (sizeof(rate_columns) / sizeof(*rate_columns))

struct writing {
	const struct report *report;
	const struct report_view *view;
	struct tm_table table;
};

static void put_rates(struct writing *writing, const struct tm_amount now[2],
		const struct tm_amount total[2])
{
	const struct report *const report = writing->report;
	const uint64_t length_ns = report->end_ns - report->start_ns;
	struct tm_table *const table = &writing->table;

	tm_table_rate(table, now[TM_IN].bytes, length_ns);
	tm_table_rate(table, now[TM_OUT].bytes, length_ns);
	tm_table_number(table, now[TM_IN].packets + now[TM_OUT].packets);
	tm_table_number(table, total[TM_IN].bytes);
	tm_table_number(table, total[TM_OUT].bytes);
}

static void rates_put_sum(struct writing *writing, const char *label,
		const struct tm_amount now[2], const struct tm_amount total[2])
{
	tm_keys_put_word(&writing->view->keys, &writing->table, label);
	put_rates(writing, now, total);
}

static void rates_put_row(struct writing *writing, const uint64_t *key,
		const struct report_row *row)
{
	const struct report_row *const known =
			report_sums_find(&writing->view->total, key);

	tm_keys_put(&writing->view->keys, &writing->table, key);
	put_rates(writing, row->moved, known ? known->moved : row->moved);
}

static void row_subtract(struct report_row *from, const struct report_row *row)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		from->moved[i].packets -= row->moved[i].packets;
		from->moved[i].bytes -= row->moved[i].bytes;
	}
}

/* The totals of all that has no row in this interval. */
static struct report_row total_of_others(
		const struct report_view *view, const struct chosen *chosen)
{
	struct report_row others = report_sums_all(&view->total);
	const struct report_row *known;

	for (uint32_t i = 0; i < chosen->count; i++) {
		known = report_sums_find(&view->total,
				report_sums_key(&view->now, chosen->rows[i]));
		if (known)
			row_subtract(&others, known);
	}
	if (!row_is_empty(&view->now.nobody))
		row_subtract(&others, &view->total.nobody);
	return others;
}

static void rates_put_rows(struct writing *writing)
{
	static const uint64_t nobody = TM_NOBODY;
	const struct report *const report = writing->report;
	const struct report_view *const view = writing->view;
	const struct report_row now = report_sums_all(&view->now);
	const struct report_row total = report_sums_all(&view->total);
	struct report_row others;
	struct chosen chosen = report_choose(view, &view->now, report->order,
			report->top ? report->top : LIVE_ROWS);

	for (uint32_t i = 0; i < chosen.count; i++)
		rates_put_row(writing,
				report_sums_key(&view->now, chosen.rows[i]),
				&view->now.rows[chosen.rows[i]]);
	if (!row_is_empty(&chosen.rest)) {
		others = total_of_others(view, &chosen);
		rates_put_sum(writing, TM_WORD_OTHERS, chosen.rest.moved,
				others.moved);
	}
	free(chosen.rows);
	if (!row_is_empty(&view->now.nobody))
		rates_put_row(writing, &nobody, &view->now.nobody);
	rates_put_sum(writing, "all", now.moved, total.moved);
	if (report->tally->shares.lost.packets)
		rates_put_sum(writing, "  of it lost", now.lost, total.lost);
}

void style_write_rates(const struct report *report)
{
	struct writing writing = {
		.report = report,
		.view = &report->tally->views[VIEW_ROWS],
	};
	const struct tm_keys *const keys = &writing.view->keys;
	struct tm_column columns[TM_TABLE_COLUMNS];
	struct tm_table_spec spec = {
		.columns = columns, .write = write_file, .context = report->out
	};
	char time[TM_TIME_SIZE];

	tm_time_format(time, report->end_ns);
	if (!writing.view->now.count &&
			row_is_empty(&writing.view->now.nobody)) {
		fprintf(report->out, "%s no traffic\n", time);
		return;
	}
	fputs(report->is_first ? "" : "\n", report->out);
	spec.count = tm_keys_columns(keys, columns);
	/* a user's column is just as wide as the time */
	if (tm_keys_are_user(keys))
		columns[spec.count - 1].heading = time;
	else
		fprintf(report->out, "%s\n", time);
	memcpy(columns + spec.count, rate_columns, sizeof(rate_columns));
	spec.count += RATES;
	tm_table_open(&writing.table, &spec);
	rates_put_rows(&writing);
	if (tm_table_close(&writing.table, NULL))
		err(TM_FAILED, NULL);
}
