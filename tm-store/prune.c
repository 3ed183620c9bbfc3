#include <err.h>
#include <inttypes.h>

#include "commands.h"
#include "common/base/exit.h"
#include "common/history/prune.h"

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

int prune_main(int argc, char **argv)
{
	struct options options = { 0 };
	struct tm_history *history;
	bool has_removed;
	int status;

	prune_parse_options(&options, argc, argv);
	history = open_or_exit(options.path, TM_HISTORY_CHANGE);
	status = tm_history_prune(history, options.age_ns, &has_removed)
			? TM_FAILED
			: TM_DONE;
	if (status)
		warnx("%s", tm_history_problem(history));
	else if (!has_removed && !options.is_quiet)
		warnx("%s: nothing in it is as old", options.path);
	tm_history_close(history);
	return status;
}
