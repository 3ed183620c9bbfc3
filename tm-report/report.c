#include <err.h>

#include "common/base/exit.h"
#include "report.h"

struct tm_ranking report_rank(const struct report_view *view,
		const struct tm_sums *sums, struct tm_order order,
		uint32_t most)
{
	struct tm_ranking ranking;

	if (tm_sums_rank(&ranking, sums, &view->keys, order, most))
		err(TM_FAILED, NULL);
	return ranking;
}

const char *report_user_name(const struct report *report, uint32_t uid)
{
	static struct tm_label label;

	tm_key_label_user(&report->sources, uid, NULL, &label);
	return label.sort == TM_LABEL_UNNAMED ? NULL : label.text;
}

int write_file(void *context, const char *text, size_t size)
{
	return fwrite(text, 1, size, context) == size ? 0 : -1;
}

void report_say_shares(const struct report *report)
{
	const struct tm_shares shares = tally_shares(report->tally);
	char line[TM_SHARES_SIZE];

	if (report->is_last && !report->is_quiet)
		fprintf(stderr, "%s\n", tm_shares_format(line, &shares));
}
