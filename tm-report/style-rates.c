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
	tm_table_number(table, tm_amount_both(now).packets);
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
		const struct tm_sum *row)
{
	const struct tm_sum *const known =
			tm_sums_find(&writing->view->total, key);

	tm_keys_put(&writing->view->keys, &writing->table, key);
	put_rates(writing, row->moved, known ? known->moved : row->moved);
}

/* The totals of all that has no row in this interval. */
static struct tm_sum total_of_others(const struct report_view *view,
		const struct tm_ranking *ranking)
{
	struct tm_sum others = tm_sums_all(&view->total);
	const struct tm_sum *known;

	for (uint32_t i = 0; i < ranking->count; i++) {
		known = tm_sums_find(&view->total,
				tm_sums_key(&view->now, ranking->rows[i].row));
		if (known)
			tm_sum_subtract(&others, known);
	}
	if (!tm_sum_is_empty(&view->now.nobody))
		tm_sum_subtract(&others, &view->total.nobody);
	return others;
}

static void rates_put_rows(struct writing *writing)
{
	static const uint64_t nobody = TM_NOBODY;
	const struct report *const report = writing->report;
	const struct report_view *const view = writing->view;
	const struct tm_sum now = tm_sums_all(&view->now);
	const struct tm_sum total = tm_sums_all(&view->total);
	struct tm_sum others;
	struct tm_ranking ranking = report_rank(view, &view->now, report->order,
			report->top ? report->top : LIVE_ROWS);

	for (uint32_t i = 0; i < ranking.count; i++)
		rates_put_row(writing,
				tm_sums_key(&view->now, ranking.rows[i].row),
				&view->now.rows[ranking.rows[i].row]);
	if (!tm_sum_is_empty(&ranking.rest)) {
		others = total_of_others(view, &ranking);
		rates_put_sum(writing, TM_WORD_OTHERS, ranking.rest.moved,
				others.moved);
	}
	free(ranking.rows);
	if (!tm_sum_is_empty(&view->now.nobody))
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
			tm_sum_is_empty(&writing.view->now.nobody)) {
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
