#include <stdlib.h>

#include "common/number.h"
#include "report.h"

const char *user_name(const struct report *report, uint32_t uid)
{
	static char number[TM_NUMBER_SIZE + 1];

	if (!report->is_numeric || uid == TM_NOBODY)
		return tm_names_user(report->names, uid);
	*tm_number_format(number, uid) = '\0';
	return number;
}

struct tm_shares all_shares(const struct report *report)
{
	const struct sums *const total = report->total;

	return (struct tm_shares){
		.attributed = total->attributed,
		.nobody = total->unowned,
		.lost = total->lost,
		.excluded = runs_excluded(report->runs),
	};
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
