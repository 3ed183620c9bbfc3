/* tm-store: keep the sums of events in a database, and ask it. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/zone.h"
#include "common/history/where.h"
#include "common/stream/output.h"
#include "common/system/confine.h"
#include "common/tool/command.h"
#include "common/tool/loop.h"
#include "common/tool/options.h"
#include "store.h"

#define REMOTES_DEFAULT 1000
#define REMOTES_MOST 1000000

struct options {
	struct store_options store;
	bool is_strict;
	bool is_verbose;
};

static void store_say_conversion(
		const char *path, int from, uint64_t bytes, uint64_t took_ns)
{
	if (took_ns)
		warnx("%s: converted in %.1f s", path,
				took_ns / (double)TM_SECOND_NS);
	else
		warnx("%s: converting %" PRIu64
		      " MiB from format %d, which takes some seconds for each "
		      "100 MiB and twice the room for a while",
				path, (bytes >> 20) + 1, from);
}

/* Has conversions of an older database reported, unless quiet. */
static void note_conversion(bool is_quiet)
{
	if (!is_quiet)
		tm_history_on_conversion(store_say_conversion);
}

/* The offset from UTC now, and half a year later in the upper half. */
static int64_t store_zone_offsets(void)
{
	const time_t now = time(NULL), later = now + 182 * 86400;
	struct tm a = { 0 }, b = { 0 };

	localtime_r(&now, &a);
	localtime_r(&later, &b);
	return (int64_t)a.tm_gmtoff + b.tm_gmtoff * (INT64_C(1) << 32);
}

struct tm_history *open_or_exit(
		const char *path, enum tm_history_access access, bool is_quiet)
{
	const int64_t offsets = store_zone_offsets();
	struct tm_history *history;
	char zone[TM_ZONE_SIZE];
	int status;

	path = find_database(path);
	tm_zone_find(zone);
	note_conversion(is_quiet);
	history = tm_history_open(path, access, &status);
	if (status)
		errx(status, "%s%s", tm_history_problem(history),
				tm_history_hint(path));
	if (!is_quiet && store_zone_offsets() != offsets)
		warnx("%s: times are those of %s, the history's zone; this "
		      "machine's is %s",
				path, tm_history_zone(history), zone);
	return history;
}

enum tm_form parse_form(const struct tm_option *option, const char *name)
{
	static const char *const names[] = { "table", "csv", "json", NULL };

	return tm_option_choice(option, name, names);
}

int write_out(void *context, const char *text, size_t size)
{
	(void)context;
	return tm_write(STDOUT_FILENO, text, size);
}

enum { DB = TM_OPTION, MINUTES, HOURS, DAYS, MONTHS, JOBS, REMOTES, STRICT };

static const struct tm_option known[] = {
	{ "db", DB, "FILE",
			"the database (TM_DB, else /var/lib/tm/history.db);\n"
			"writing creates it if missing",
			0 },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, store.is_quiet) },
	TM_HEADING("Writing:"),
	{ "keep-minutes", MINUTES, "TIME", "how long minutes are kept (2d)",
			0 },
	{ "keep-hours", HOURS, "TIME", "hours (60d)", 0 },
	{ "keep-days", DAYS, "TIME", "days (730d)", 0 },
	{ "keep-months", MONTHS, "TIME", "months (0, for ever)", 0 },
	{ "keep-jobs", JOBS, "TIME", "jobs (1095d)", 0 },
	{ "remotes", REMOTES, "N",
			"largest remotes, workloads and commands of a user\n"
			"each minute (1000); the others are summed up",
			0 },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct options, is_strict) },
	{ "verbose", 'v', NULL, "also report which protection the kernel lacks",
			TM_FLAG(struct options, is_verbose) },
};

static void store_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;
	struct tm_retention *const retention = &options->store.retention;

	switch (option->letter) {
	case DB:
		options->store.path = tm_option_file(option, argument);
		break;
	case JOBS:
		retention->keep_jobs_ns = tm_option_age(option, argument);
		break;
	case REMOTES:
		retention->remotes = tm_option_number(
				option, argument, 1, REMOTES_MOST);
		break;
	default:
		retention->keep_ns[option->letter - MINUTES] =
				tm_option_age(option, argument);
	}
}

static const struct tm_tool *const commands[] = { &query_tool, &job_tool,
	&jobs_tool, &prune_tool, &quota_tool, NULL };

const struct tm_tool store_tool = {
	.usage = "usage: tm-store [--db FILE] [-qv] [--keep-minutes TIME] ... [EVENTS ...]\n"
		 "       tm-store query [--db FILE] [--by KEYS] [-n] ...\n"
		 "       tm-store job [--db FILE] [-n] [--on HOST] ID\n"
		 "       tm-store jobs [--db FILE] [-n] [--since TIME] [--user USER] ...\n"
		 "       tm-store prune [--db FILE] --older-than TIME|--ahead [--dry-run]\n"
		 "       tm-store quota [--db FILE] [--user USER --limit SIZE] ...\n"
		 "Keeps a history of who moved how much, and to where: sums of events by\n"
		 "user, process, remote address, protocol, interface, workload, login user,\n"
		 "command and direction in minutes, hours, days and months, and of jobs, in an\n"
		 "SQLite database.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = store_take_option,
	.commands = commands,
};

/* A coarser table has to contain what a finer one no longer has. */
static void check_retention(const struct tm_retention *retention)
{
	uint64_t finer = 0;

	for (int i = 0; i < TM_HISTORY_RESOLUTIONS; i++) {
		const uint64_t keep = retention->keep_ns[i]
				? retention->keep_ns[i]
				: UINT64_MAX;

		if (keep < finer)
			errx(TM_MISUSED,
					"%ss cannot be kept for a shorter time than "
					"%ss",
					tm_history_resolution_name(i),
					tm_history_resolution_name(i - 1));
		finer = keep;
	}
}

/* The operands. */
static char **store_parse_options(
		struct options *options, int argc, char **argv)
{
	argv += tm_tool_parse(&store_tool, argc, argv, options);
	options->store.path = find_database(options->store.path);
	check_retention(&options->store.retention);
	return argv;
}

static int store_take_block(void *store, struct tm_event *events, size_t n)
{
	if (n)
		store_take(store, events, n);
	store_work(store, false);
	return TM_GO_ON;
}

static void store_loop_reopen(void *store)
{
	store_reopen(store);
}

/* Writes everything before it waits for input. */
static int store_loop_patience_ms(const void *store)
{
	return store_patience(store);
}

static void store_loop_work(void *store)
{
	store_work(store, true);
}

static void store_loop_add_owed(const void *store, struct tm_text *line)
{
	uint64_t events, bytes;

	store_owed(store, &events, &bytes);
	tm_text_format(line, ", %" PRIu64 " events owed", events);
}

static void store_confine(const struct store *store, bool is_verbose)
{
	const struct tm_place directory = {
		.fd = store_directory(store),
		.may = TM_MAY_WRITE | TM_MAY_MAKE | TM_MAY_REMOVE,
	};
	const char *const problem = tm_confine(&directory, 1, true);

	if (problem && is_verbose)
		warnx("not confined to its directory (landlock): %s", problem);
}

static int store_finish(struct store *store, int status)
{
	const uint64_t unsound = store_unsound(store);

	if (unsound) {
		warnx("%" PRIu64 " records have an impossible time or size and "
		      "are left out",
				unsound);
		if (!status || status == TM_LOSSY)
			status = TM_CUT;
	}
	if (store_close(store))
		status = TM_FAILED;
	tm_loop_say_overflow();
	return status;
}

static int write_main(int argc, char **argv)
{
	struct options options = { .store.retention = {
						   .keep_ns = { 2 * TM_DAY_NS,
								   60 * TM_DAY_NS,
								   730 * TM_DAY_NS,
								   0 },
						   .keep_jobs_ns = 1095 *
								   TM_DAY_NS,
						   .remotes = REMOTES_DEFAULT,
				   } };
	struct tm_loop loop = { .take = store_take_block,
		.reopen = store_loop_reopen,
		.patience_ms = store_loop_patience_ms,
		.work = store_loop_work,
		.add = store_loop_add_owed };
	struct store *store;
	struct tm_reader in;
	int status;

	argv = store_parse_options(&options, argc, argv);
	loop.is_quiet = options.store.is_quiet;
	loop.is_strict = options.is_strict;
	tm_loop_open(&in, argv);
	note_conversion(options.store.is_quiet);
	loop.context = store = store_open(&options.store);
	store_confine(store, options.is_verbose);
	status = tm_loop_run(&loop, &in);
	tm_reader_close(&in);
	return store_finish(store, status);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "query", "job", "jobs", "prune",
		"quota", NULL };
	static int (*const mains[])(int argc, char **argv) = { query_main,
		job_main, jobs_main, prune_main, quota_main };
	const int command = tm_command_take(&store_tool, names, &argc, argv);

	return command < 0 ? write_main(argc, argv)
			   : mains[command](argc, argv);
}
