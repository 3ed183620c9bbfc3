#include <err.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/history/ahead.h"

struct options {
	const char *path;
	const char *older; /* in the time of the database */
	bool is_ahead, is_trial, is_quiet;
};

enum { DB = TM_OPTION, OLDER, AHEAD, DRY_RUN };

static const struct tm_option known[] = {
	{ "db", DB, "FILE", "the database, which must exist", 0 },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, is_quiet) },
	TM_HEADING("prune:"),
	{ "older-than", OLDER, "TIME", "remove what is older, in whole months",
			0 },
	{ "ahead", AHEAD, NULL,
			"remove what is later than this machine's clock",
			TM_FLAG(struct options, is_ahead) },
	{ "dry-run", DRY_RUN, NULL, "only report what would be changed",
			TM_FLAG(struct options, is_trial) },
};

static void prune_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;

	if (option->letter == DB)
		options->path = tm_option_file(option, argument);
	else
		options->older = argument;
}

const struct tm_tool prune_tool = {
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = prune_take_option,
	.whole = &store_tool,
};

static void prune_parse_options(struct options *options, int argc, char **argv)
{
	const int at = tm_tool_parse(&prune_tool, argc, argv, options);

	options->path = find_database(options->path);
	if (at < argc || !options->older == !options->is_ahead)
		tm_misuse("prune takes --older-than TIME, such as 90d, or "
			  "--ahead, and no files");
}

/* Ages are those of the newest record. */
static uint64_t prune_parse_time(struct tm_history *history, const char *text)
{
	static const struct tm_option option = { .name = "older-than" };
	const size_t digits = strspn(text, "0123456789.");
	uint64_t ns;

	if (digits && !strcasecmp(text + digits, "m"))
		tm_option_refuse(&option, text,
				"m is minutes; write %.*smin, or days for months",
				(int)digits, text);
	ns = tm_option_moment(&option, text, tm_history_newest(history));
	if (ns >= tm_clock_wall_ns())
		tm_option_refuse(&option, text, "not in the past");
	return ns;
}

static void prune_report_rows(const struct options *options, uint64_t rows,
		const char *what, uint64_t time_ns)
{
	char time[TM_TIME_SIZE];

	if (rows)
		warnx("%s: %s %" PRIu64 " rows of %ss %s %s", options->path,
				options->is_trial ? "would remove" : "removed",
				rows, what,
				options->is_ahead ? "after" : "before",
				tm_time_format(time, time_ns));
}

static void prune_report(
		const struct options *options, const struct tm_pruned *pruned)
{
	uint64_t rows = pruned->jobs;

	for (int r = 0; r < TM_HISTORY_RESOLUTIONS; r++) {
		rows += pruned->rows[r];
		prune_report_rows(options, pruned->rows[r],
				tm_history_resolution_name(r),
				pruned->before_ns[r]);
	}
	prune_report_rows(options, pruned->jobs, "job", pruned->jobs_before_ns);
	if (!rows)
		warnx("%s: nothing in it is %s", options->path,
				options->is_ahead ? "ahead" : "as old");
}

static int prune_run(const struct options *options, struct tm_history *history,
		struct tm_pruned *pruned)
{
	if (options->is_ahead)
		return tm_history_prune_ahead(
				history, options->is_trial, pruned);
	return tm_history_prune(history,
			prune_parse_time(history, options->older),
			options->is_trial, pruned);
}

int prune_main(int argc, char **argv)
{
	struct options options = { 0 };
	struct tm_history *history;
	struct tm_pruned pruned;
	int status;

	prune_parse_options(&options, argc, argv);
	history = open_or_exit(options.path,
			options.is_trial ? TM_HISTORY_TRIAL : TM_HISTORY_CHANGE,
			options.is_quiet);
	status = prune_run(&options, history, &pruned) ? TM_FAILED : TM_DONE;
	if (status)
		warnx("%s", tm_history_problem(history));
	else if (!options.is_quiet)
		prune_report(&options, &pruned);
	tm_history_close(history);
	return status;
}
