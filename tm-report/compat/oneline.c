/* A line on one user, field by field as vnstat's --oneline has it. */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/sums/calendar.h"
#include "tm-report/report.h"

#define VERSION 1

/* A day, a month, or all. */
struct span {
	uint64_t start_ns;
	struct tm_sum row;
};

static bool oneline_find_user(const struct report *report, uint32_t *uid)
{
	uint64_t number;

	if (!strcmp(report->user, "none"))
		*uid = TM_NOBODY;
	else if (tm_number_parse(report->user, UINT32_MAX, &number))
		*uid = number;
	else
		return tm_names_find_user(
				report->sources.names, report->user, uid);
	return true;
}

/* A name that would end its field. */
static void oneline_write_name(FILE *out, const char *name)
{
	const size_t size = TM_ESCAPE_GROWTH * strlen(name) + 1;
	char *const text = malloc(size);

	if (!text)
		err(TM_FAILED, NULL);
	tm_escape_text(text, size, name, strlen(name));
	for (const char *p = text; *p; p++) {
		if (*p == ';')
			fputs("\\x3b", out);
		else
			putc(*p, out);
	}
	free(text);
}

/* Received, sent, both. */
static void oneline_write_amounts(FILE *out, const struct tm_sum *row)
{
	fprintf(out, ";%" PRIu64 ";%" PRIu64 ";%" PRIu64,
			row->moved[TM_IN].bytes, row->moved[TM_OUT].bytes,
			tm_sum_bytes(row));
}

/* ... and the mean rate, of the part of the span that was seen. */
static void oneline_write_span(const struct report *report,
		const struct span *span, const char *format)
{
	const uint64_t from_ns = span->start_ns > report->first_ns
			? span->start_ns
			: report->first_ns;
	const time_t start = span->start_ns / TM_SECOND_NS;
	char label[TM_TIME_SIZE] = "";
	double seconds = 0;
	struct tm local;

	if (localtime_r(&start, &local))
		strftime(label, sizeof(label), format, &local);
	if (report->end_ns > from_ns)
		seconds = (report->end_ns - from_ns) / 1e9;
	fprintf(report->out, ";%s", label);
	oneline_write_amounts(report->out, &span->row);
	fprintf(report->out, ";%.0f",
			seconds > 0 ? tm_sum_bytes(&span->row) * 8.0 / seconds
				    : 0);
}

/* The user's days: words of user and day. */
static void add_days(const struct report *report, uint32_t uid,
		struct span *day, struct span *month, struct span *all)
{
	const struct tm_sums *const days =
			&report->tally->views[VIEW_DAYS].total;
	uint64_t next = tm_calendar_month(month->start_ns + 40 * TM_DAY_NS);

	for (uint32_t i = 0; i < days->count; i++) {
		const uint64_t *const words = tm_sums_key(days, i);

		if (words[0] != uid)
			continue;
		tm_sum_add(&all->row, &days->rows[i]);
		if (words[1] == day->start_ns)
			tm_sum_add(&day->row, &days->rows[i]);
		if (words[1] >= month->start_ns && words[1] < next)
			tm_sum_add(&month->row, &days->rows[i]);
	}
}

void style_write_oneline(const struct report *report)
{
	struct span day = { .start_ns = tm_calendar_day(report->end_ns) };
	struct span month = { .start_ns = tm_calendar_month(report->end_ns) };
	struct span all = { 0 };
	const struct tm_sum *others;
	const char *name;
	uint32_t uid;

	if (!oneline_find_user(report, &uid)) {
		if (report->is_last)
			errx(TM_FAILED, "--oneline: no such user: %s",
					report->user);
		return;
	}
	add_days(report, uid, &day, &month, &all);
	name = report_user_name(report, uid);
	fprintf(report->out, "%d;", VERSION);
	oneline_write_name(report->out, name ? name : report->user);
	oneline_write_span(report, &day, "%Y-%m-%d");
	oneline_write_span(report, &month, "%Y-%m");
	oneline_write_amounts(report->out, &all.row);
	putc('\n', report->out);
	others = &report->tally->views[VIEW_DAYS].total.others;
	if (report->is_last && !tm_sum_is_empty(others))
		warnx("%ju bytes are of users and days beyond --max-rows",
				(uintmax_t)tm_sum_bytes(others));
}
