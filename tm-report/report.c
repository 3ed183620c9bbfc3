#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "common/number.h"
#include "report.h"

#define SECOND_NS UINT64_C(1000000000)

const char *format_time(char out[TIME_SIZE], uint64_t time_ns)
{
	const time_t seconds = time_ns / SECOND_NS;
	struct tm local;

	if (!localtime_r(&seconds, &local) ||
		!strftime(out, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local))
		snprintf(out, TIME_SIZE, "%" PRIu64, time_ns / SECOND_NS);
	return out;
}

const char *user_name(const struct report *report, uint32_t uid)
{
	static char number[TM_NUMBER_SIZE + 1];

	if (!report->is_numeric || uid == TM_NOBODY)
		return tm_names_user(report->names, uid);
	*tm_number_format(number, uid) = '\0';
	return number;
}

static void write_share(FILE *out, const char *what,
	const struct tm_amount *amount, double seen)
{
	char size[TM_IEC_SIZE];

	fprintf(out, "%s %s (%.1f %%)", what,
		tm_iec_format(size, amount->bytes),
		seen > 0 ? amount->bytes * 100 / seen : 0);
}

void write_shares(FILE *out, const struct report *report)
{
	const struct sums *total = report->total;
	const struct tm_amount excluded = runs_excluded(report->runs);
	const double seen = (double)total->attributed.bytes +
			    total->unowned.bytes + total->lost.bytes +
			    excluded.bytes;

	write_share(out, "attributed", &total->attributed, seen);
	write_share(out, ", nobody's", &total->unowned, seen);
	write_share(out, ", lost", &total->lost, seen);
	write_share(out, ", excluded", &excluded, seen);
	putc('\n', out);
}

bool row_is_empty(const struct row *row)
{
	return !row_packets(row) && !row_bytes(row);
}

const struct row **choose_rows(
	const struct report *report, const struct sums *sums, struct row *rest)
{
	const struct row **rows = sums_by_size(sums);
	const uint32_t count = sums->index.count;
	const uint32_t shown =
		report->top && report->top < count ? report->top : count;

	if (!rows)
		return NULL;
	*rest = sums->others;
	for (uint32_t i = shown; i < count; i++)
		row_add(rest, rows[i]);
	rows[shown] = NULL;
	return rows;
}
