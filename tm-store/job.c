#include <err.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/history/answer-jobs.h"
#include "common/tool/loop.h"

/* Of both commands: job shows one, jobs lists many. */
struct job_options {
	const char *path, *user;
	struct asked_range range;
	struct tm_history_jobs_query query;
	struct tm_history_form form;
	bool is_quiet, is_json, is_reverse, has_top;
};

enum {
	DB = TM_OPTION,
	USER,
	HOST,
	SINCE,
	UNTIL,
	HOURS,
	SEARCH,
	SORT,
	REVERSE,
	TOP,
	OFFSET,
	FORMAT,
	JSON,
	SI
};

#define FLAG(member) TM_FLAG(struct job_options, member)

#define COMMON_OPTIONS                                                         \
	{ "db", DB, "FILE", "the database, which must exist", 0 },             \
			{ "quiet", 'q', NULL, "no notes, no progress",         \
				FLAG(is_quiet) },                              \
			{ "user", USER, "USER",                                \
				"only this user; also for quota", TM_ONCE },   \
			{ "format", FORMAT, "FORMAT", "table, csv or json",    \
				0 },                                           \
			{ "output", FORMAT, "FORMAT", NULL, 0 },               \
			{ "json", JSON, NULL, "JSON, as --format json",        \
				FLAG(is_json) },                               \
			{ "si", SI, NULL,                                      \
				"sizes in powers of 1000 (kB, MB), "           \
				"not 1024",                                    \
				0 },                                           \
	{                                                                      \
		"numeric", 'n', NULL, "numbers instead of names",              \
				FLAG(form.is_numeric)                          \
	}

static const struct tm_option of_one[] = {
	COMMON_OPTIONS,
	TM_HEADING("job ID, jobs:"),
	{ "on", HOST, "HOST", "only what this host metered", TM_ONCE },
	{ "host", TM_MOVED, "HOST", "write --on HOST", 0 },
};

static const struct tm_option of_many[] = {
	COMMON_OPTIONS,
	{ "since", SINCE, "TIME", "yesterday, 2h (ago), '2026-11-21 06:33'",
			0 },
	{ "until", UNTIL, "TIME", "that time is not included: tm-words(7)", 0 },
	{ "from", SINCE, "TIME", NULL, 0 },
	{ "to", UNTIL, "TIME", NULL, 0 },
	{ "hours", HOURS, "N", "the last N hours (all)", 0 },
	{ "search", SEARCH, "TEXT", "rows with TEXT in a key", TM_ONCE },
	{ "sort", SORT, "KEY", "by total, in, out, packets, lost or key", 0 },
	{ "reverse", REVERSE, NULL, "reverse the order", FLAG(is_reverse) },
	{ "top", TOP, "N",
			"show N rows, the largest, and sum up the others;\n"
			"0 = all (20 in a table); with a time, the same in\n"
			"every slot",
			0 },
	{ "offset", OFFSET, "N", "skip the first N rows", 0 },
	{ "on", HOST, "HOST", "only what this host metered", TM_ONCE },
	{ "host", TM_MOVED, "HOST", "write --on HOST", 0 },
	{ "by", TM_MOVED, "KEYS",
			"a row is a job and a user; the keys of recordings "
			"are tm-report --by job,KEYS FILE",
			0 },
};

static enum tm_history_sort job_sort(
		const struct tm_option *option, const char *name)
{
	static const char *const names[] = { "total", "in", "out", "packets",
		"time", NULL };
	static const enum tm_history_sort sorts[] = { TM_HISTORY_SORT_TOTAL,
		TM_HISTORY_SORT_IN, TM_HISTORY_SORT_OUT,
		TM_HISTORY_SORT_PACKETS, TM_HISTORY_SORT_KEY };

	return sorts[tm_option_choice(option, name, names)];
}

static void job_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct job_options *const options = context;
	struct tm_history_jobs_query *const query = &options->query;

	switch (option->letter) {
	case DB:
		options->path = tm_option_file(option, argument);
		break;
	case USER:
		options->user = argument;
		break;
	case HOST:
		query->host = argument;
		break;
	case SINCE:
		options->range.since = argument;
		break;
	case UNTIL:
		options->range.until = argument;
		break;
	case HOURS:
		options->range.hours = tm_option_number(
				option, argument, 1, HOURS_MOST);
		break;
	case SEARCH:
		query->search = *argument ? argument : NULL;
		break;
	case SORT:
		query->sort = job_sort(option, argument);
		break;
	case TOP:
		query->limit = tm_option_number(
				option, argument, 0, NUMBER_MOST);
		options->has_top = true;
		break;
	case OFFSET:
		query->offset = tm_option_number(
				option, argument, 0, NUMBER_MOST);
		break;
	case FORMAT:
		options->form.form = parse_form(option, argument);
		break;
	case SI:
		tm_size_use_decimal();
	}
}

const struct tm_tool job_tool = {
	.options = of_one,
	.option_count = sizeof(of_one) / sizeof(*of_one),
	.take = job_take_option,
	.whole = &store_tool,
};

const struct tm_tool jobs_tool = {
	.options = of_many,
	.option_count = sizeof(of_many) / sizeof(*of_many),
	.take = job_take_option,
	.whole = &store_tool,
};

static struct tm_history *job_open(struct job_options *options)
{
	struct tm_history *const history = open_or_exit(
			options->path, TM_HISTORY_READ, options->is_quiet);

	if (options->is_json)
		options->form.form = TM_FORM_JSON;
	if (options->user) {
		options->query.has_user = true;
		options->query.uid = find_user(history, "user", options->user);
	}
	argument_range(&options->range, history, &options->query.from_ns,
			&options->query.to_ns);
	return history;
}

static void job_check(const struct tm_history *history, int result)
{
	if (result)
		errx(TM_FAILED, "%s", tm_history_problem(history));
}

static bool is_of_one_job(const struct tm_history_jobs *jobs)
{
	for (size_t i = 1; i < jobs->count; i++) {
		if (strcmp(jobs->jobs[i].name, jobs->jobs->name))
			return false;
	}
	return jobs->count;
}

/* Several managers may have a job of that number. */
static int job_show(const struct job_options *options,
		const struct tm_history_jobs *jobs)
{
	if (options->form.form == TM_FORM_CSV || !is_of_one_job(jobs))
		return tm_history_answer_jobs(&options->form, jobs);
	return tm_history_answer_job(&options->form, jobs);
}

int job_main(int argc, char **argv)
{
	struct job_options options = { .form.write = write_out,
		.query = { .by_host = true,
				.sort = TM_HISTORY_SORT_KEY,
				.is_ascending = true } };
	const int at = tm_tool_parse(&job_tool, argc, argv, &options);
	struct tm_history_jobs jobs;
	struct tm_history *history;

	if (argc - at != 1 || !*argv[at])
		tm_misuse("job takes the ID of one job, such as 4711 or "
			  "slurm/4711");
	options.query.job = argv[at];
	history = job_open(&options);
	job_check(history, tm_history_jobs(history, &options.query, &jobs));
	if (!jobs.found)
		errx(TM_FAILED, "%s: the history has no traffic of this job%s%s",
				argv[at], options.user ? " by this user" : "",
				options.query.host ? " on this host" : "");
	job_check(history, tm_history_jobs_lost(history, &jobs));
	if (job_show(&options, &jobs))
		err(TM_FAILED, "standard output");
	tm_history_jobs_free(&jobs);
	tm_loop_say_overflow();
	tm_history_close(history);
	return TM_DONE;
}

static bool is_within_day(uint64_t time_ns)
{
	return time_ns && time_ns != tm_history_slot(TM_HISTORY_DAY, time_ns);
}

static void jobs_note(const struct tm_history_jobs_query *query,
		const struct tm_history_jobs *jobs)
{
	if (!jobs->found)
		fprintf(stderr, "the history has no such jobs\n");
	else if (is_within_day(query->from_ns) || is_within_day(query->to_ns))
		fprintf(stderr,
				"jobs are kept by day: these are the sums of "
				"whole days\n");
}

int jobs_main(int argc, char **argv)
{
	struct job_options options = { .form.write = write_out };
	const int at = tm_tool_parse(&jobs_tool, argc, argv, &options);
	struct tm_history_jobs jobs;
	struct tm_history *history;

	if (at < argc)
		tm_misuse("jobs takes no names: %s; 'tm-store job %s' shows one",
				argv[at], argv[at]);
	argument_check_range(&options.range);
	history = job_open(&options);
	if (!options.has_top && options.form.form == TM_FORM_TABLE)
		options.query.limit = TABLE_ROWS;
	options.query.is_ascending = options.is_reverse !=
			(options.query.sort == TM_HISTORY_SORT_KEY);
	job_check(history, tm_history_jobs(history, &options.query, &jobs));
	if (tm_history_answer_jobs(&options.form, &jobs))
		err(TM_FAILED, "standard output");
	if (!options.is_quiet)
		jobs_note(&options.query, &jobs);
	tm_history_jobs_free(&jobs);
	tm_loop_say_overflow();
	tm_history_close(history);
	return TM_DONE;
}
