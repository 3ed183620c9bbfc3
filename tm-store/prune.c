#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coarse.h"
#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/history/marks.h"
#include "common/history/open.h"

struct options {
	const char *path;
	uint64_t age_ns;
	bool is_quiet;
};

enum { DB = TM_OPTION, OLDER };

static const struct tm_option known[] = {
	{ "db", DB, "FILE", "the database; made where it is missing", 0 },
	{ "quiet", 'q', NULL, "no progress and no notes",
			TM_FLAG(struct options, is_quiet) },
	TM_HEADING("prune:"),
	{ "older-than", OLDER, "TIME", "remove what is older, in whole months",
			0 },
};

static void prune_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;

	if (option->letter == DB)
		options->path = argument;
	else
		options->age_ns = tm_option_duration(
				option, argument, 0, UINT64_MAX);
}

const struct tm_tool prune_tool = {
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = prune_take_option,
	.whole = &store_tool,
};

static void prune_parse_options(struct options *options, int argc, char **argv)
{
	if (tm_tool_parse(&prune_tool, argc, argv, options) < argc ||
			!options->age_ns)
		tm_misuse("prune takes --older-than TIME, such as 90d, and no "
			  "files");
}

/* Remotes and processes that no row has any more; only while nobody writes, who
 * would know their numbers. */
static const char forget[] =
		"DELETE FROM remote WHERE id > 1 AND id NOT IN "
		"(SELECT remote FROM traffic_minute UNION SELECT remote FROM "
		"traffic_hour UNION SELECT remote FROM traffic_day UNION SELECT remote "
		"FROM traffic_month);"
		"DELETE FROM process WHERE id > 1 AND id NOT IN "
		"(SELECT process FROM process_minute UNION SELECT process FROM "
		"process_hour UNION SELECT process FROM process_day UNION SELECT "
		"process FROM process_month);"
		"DELETE FROM run WHERE last < (SELECT value FROM about "
		"WHERE key = 'first')";

static uint64_t now_ns(const struct tm_history *history)
{
	const uint64_t wall = tm_clock_wall_ns();

	return wall < history->marks.newest_ns ? wall
					       : history->marks.newest_ns;
}

static int prune(struct tm_history *history, uint64_t age_ns, bool *has_removed)
{
	struct retention retention;

	for (int i = 0; i < TM_HISTORY_RESOLUTIONS; i++)
		retention.keep_ns[i] = age_ns;
	if (tm_history_sql(history, "BEGIN IMMEDIATE") ||
			tm_history_read_marks(history) ||
			coarse_prune(history, &retention, now_ns(history),
					has_removed) ||
			tm_history_write_marks(history) ||
			(history->lock >= 0 &&
					tm_history_sql(history, forget)) ||
			tm_history_sql(history, "COMMIT"))
		return -1;
	return tm_history_sql(history, "PRAGMA incremental_vacuum");
}

int prune_main(int argc, char **argv)
{
	struct options options = { 0 };
	struct tm_history *history;
	bool has_removed;
	int status;

	prune_parse_options(&options, argc, argv);
	history = open_or_exit(options.path, TM_HISTORY_CHANGE);
	tm_history_try_lock(history);
	status = prune(history, options.age_ns, &has_removed) ? TM_FAILED
							      : TM_DONE;
	if (status)
		warnx("%s", tm_history_problem(history));
	else if (!has_removed && !options.is_quiet)
		warnx("%s: nothing in it is as old", options.path);
	tm_history_close(history);
	return status;
}
