#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/escape.h"
#include "common/exit.h"
#include "common/number.h"
#include "report.h"

#define USER_WIDTH 19 /* as wide as the time */
#define LIVE_ROWS 20  /* what a terminal has room for each second */

static bool is_inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Fills the column, whatever the length in bytes; ~ stands for the rest. */
static void write_cell(FILE *out, const char *text, int width)
{
	const char *end = text, *last = text;
	int used = 0;

	for (; *end; used++) {
		if (used == width - 1)
			last = end;
		if (used == width)
			break;
		do
			end++;
		while (is_inside_character(*end));
	}
	if (*end)
		fprintf(out, "%.*s~", (int)(last - text), text);
	else
		fprintf(out, "%s%*s", text, width - used, "");
}

static void write_user(const struct report *report, uint32_t uid)
{
	const char *name = user_name(report, uid);
	static char text[USER_SIZE];

	if (name)
		tm_escape_text(text, sizeof(text), name, strlen(name));
	else
		snprintf(text, sizeof(text), "%u", uid);
	write_cell(report->out, text, USER_WIDTH);
}

static void write_rates(const struct report *report,
	const struct tm_amount now[2], const struct tm_amount total[2])
{
	const uint64_t length_ns = report->end_ns - report->start_ns;
	char in[TM_RATE_SIZE], out[TM_RATE_SIZE];
	char total_in[TM_IEC_SIZE], total_out[TM_IEC_SIZE];

	fprintf(report->out, " %12s %12s %9" PRIu64 " %11s %11s\n",
		tm_rate_format(in, now[TM_IN].bytes, length_ns),
		tm_rate_format(out, now[TM_OUT].bytes, length_ns),
		now[TM_IN].packets + now[TM_OUT].packets,
		tm_iec_format(total_in, total[TM_IN].bytes),
		tm_iec_format(total_out, total[TM_OUT].bytes));
}

static void write_rate_row(const struct report *report, const char *what,
	const struct row *now, const struct row *total)
{
	write_cell(report->out, what, USER_WIDTH);
	write_rates(report, now->moved, total->moved);
}

/* Who is beyond the rows shown has totals too, but not ones to be had. */
static void write_rest(const struct report *report, const struct row *rest)
{
	char in[TM_RATE_SIZE], out[TM_RATE_SIZE];
	const uint64_t length_ns = report->end_ns - report->start_ns;

	write_cell(report->out, "(others)", USER_WIDTH);
	fprintf(report->out, " %12s %12s %9" PRIu64 " %11s %11s\n",
		tm_rate_format(in, rest->moved[TM_IN].bytes, length_ns),
		tm_rate_format(out, rest->moved[TM_OUT].bytes, length_ns),
		row_packets(rest), "", "");
}

static void write_interval_rows(const struct report *report,
	const struct row **rows, const struct row *rest)
{
	const struct sums *now = report->interval, *total = report->total;
	const struct row all_now = sums_all(now), all = sums_all(total);

	for (; *rows; rows++) {
		const struct row *known = sums_find(total, (*rows)->uid);

		write_user(report, (*rows)->uid);
		write_rates(report, (*rows)->moved,
			known ? known->moved : (*rows)->moved);
	}
	if (!row_is_empty(rest))
		write_rest(report, rest);
	if (!row_is_empty(&now->nobody))
		write_rate_row(report, "none", &now->nobody, &total->nobody);
	write_rate_row(report, "all", &all_now, &all);
	if (total->lost.packets) {
		write_cell(report->out, "  of it lost", USER_WIDTH);
		write_rates(report, all_now.lost, all.lost);
	}
}

static void write_interval(const struct report *report)
{
	const struct row **rows;
	struct report limited = *report;
	char time[TM_TIME_SIZE];
	struct row rest;

	tm_time_format(time, report->end_ns);
	if (!report->interval->index.count &&
		row_is_empty(&report->interval->nobody)) {
		fprintf(report->out, "%s no traffic\n", time);
		return;
	}
	if (!limited.top)
		limited.top = LIVE_ROWS;
	rows = choose_rows(&limited, report->interval, &rest);
	if (!rows)
		err(TM_FAILED, NULL);
	fprintf(report->out, "%s%-19s %12s %12s %9s %11s %11s\n",
		report->is_first ? "" : "\n", time, "IN", "OUT", "PACKETS",
		"TOTAL IN", "TOTAL OUT");
	write_interval_rows(report, rows, &rest);
	free(rows);
}

static void write_total(const struct report *report)
{
	char first[TM_TIME_SIZE], end[TM_TIME_SIZE];

	if (report->is_repeated)
		fprintf(report->out, "%s%s to %s\n",
			report->is_first ? "" : "\n",
			tm_time_format(first, report->first_ns),
			tm_time_format(end, report->end_ns));
	write_totals(report);
}

void write_table(const struct report *report)
{
	if (report->is_last)
		write_total(report);
	else
		write_interval(report);
}
