#include <err.h>

#include "common/base/exit.h"
#include "report-options.h"
#include "styles.h"

const struct style styles[] = {
	[STYLE_PDTT] = { "pdtt", style_write_pdtt, false, false },
	[STYLE_PDTT_XDP] = { "pdtt-xdp", style_write_pdtt_xdp, false, false },
	[STYLE_PROCESSES] = { "processes", style_write_processes, false, true },
	[STYLE_TABLE] = { "table", style_write_table, true, true },
	{ NULL, NULL, false, false },
};

const struct style formats[] = {
	{ "table", style_write_table, true, true },
	{ "csv", style_write_csv, true, false },
	{ "json", style_write_json, true, false },
	{ NULL, NULL, false, false },
};

#define USERS_MOST 1000000

const struct style oneline_style = { "oneline", style_write_oneline, false,
	false };

static void want(const struct report_options *options, struct tally *tally,
		enum view_name name, const char *list, uint32_t max_rows)
{
	const bool has_now = options->style->has_rates && options->interval_ns;
	struct tm_keys keys = { 0 };
	const char *const problem =
			tm_keys_parse(&keys, TM_KEY_FOR_REPORT, list);

	if (problem)
		errx(TM_FAILED, "%s", problem);
	tally_want(tally, name, &keys, has_now, max_rows);
}

void styles_want(const struct report_options *options, struct tally *tally)
{
	const struct style *const style = options->style;

	if (style->is_table || style_is_pdtt(style))
		tally_want(tally, VIEW_ROWS, &options->by,
				style->has_rates && options->interval_ns,
				options->max_rows);
	if (options->has_connections)
		want(options, tally, VIEW_CONNECTIONS,
				"user,process,pid,local,local_port,remote,remote_port,"
				"protocol",
				options->max_rows);
	if (style->write == style_write_processes) {
		want(options, tally, VIEW_PROTOCOLS, "pid,process,protocol",
				options->max_rows);
		want(options, tally, VIEW_REMOTES, "pid,process,remote",
				options->max_rows);
	}
	if (style->write == style_write_oneline)
		want(options, tally, VIEW_DAYS, "user,day", options->max_rows);
	/* nobody who is over may be among those without a row */
	if (options->limit)
		want(options, tally, VIEW_USERS, "user", USERS_MOST);
}
