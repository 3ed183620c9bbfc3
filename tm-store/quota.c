#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/history/quota-changes.h"

struct options {
	const char *path, *user, *hook, *at;
	uint64_t limit;
	bool has_limit, has_month, has_day, is_removal, is_quiet;
	struct tm_history_form form;
};

enum { DB = TM_OPTION, USER, LIMIT, MONTH, DAY, REMOVE, HOOK, AT, OUTPUT, SI };

static const struct tm_option known[] = {
	{ "db", DB, "FILE", "the database, which must exist", 0 },
	{ "quiet", 'q', NULL, "no progress and no notes",
			TM_FLAG(struct options, is_quiet) },
	{ "user", USER, "USER", "the user whose quota it is", 0 },
	TM_HEADING("quota:"),
	{ "limit", LIMIT, "SIZE", "in and out together (1T)", 0 },
	{ "month", MONTH, NULL, "per calendar month (the default)",
			TM_FLAG(struct options, has_month) },
	{ "day", DAY, NULL, "per day", TM_FLAG(struct options, has_day) },
	{ "remove", REMOVE, NULL, "remove the user's quota",
			TM_FLAG(struct options, is_removal) },
	{ "hook", HOOK, "COMMAND", "run it once for each state reached", 0 },
	{ "at", AT, "TIME", "show the periods at that time", 0 },
	{ "output", OUTPUT, "FORMAT", "table, csv or json", 0 },
	{ "si", SI, NULL, "sizes in powers of 1000 (kB, MB), not 1024", 0 },
	{ "numeric", 'n', NULL,
			"numbers instead of names of users and protocols",
			TM_FLAG(struct options, form.is_numeric) },
};

static void quota_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;

	switch (option->letter) {
	case DB:
		options->path = argument;
		break;
	case USER:
		options->user = argument;
		break;
	case LIMIT:
		options->limit = tm_option_size(option, argument);
		if (options->limit > INT64_MAX)
			tm_option_refuse(option, argument, "too large");
		options->has_limit = true;
		break;
	case HOOK:
		options->hook = argument;
		break;
	case SI:
		tm_size_use_decimal();
		break;
	case AT:
		options->at = argument;
		break;
	case OUTPUT:
		options->form.form = parse_form(option, argument);
		break;
	}
}

const struct tm_tool quota_tool = {
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = quota_take_option,
	.whole = &store_tool,
};

static void quota_check_options(const struct options *options)
{
	if (options->has_month && options->has_day)
		tm_misuse("one of --month and --day");
	if (options->has_limit && options->is_removal)
		tm_misuse("one of --limit and --remove");
	if ((options->has_limit || options->is_removal) && !options->user)
		tm_misuse("%s needs --user USER",
				options->has_limit ? "--limit" : "--remove");
	if (options->at && options->hook)
		tm_misuse("hooks are for now; --at and --hook exclude each other");
}

static void quota_parse_options(struct options *options, int argc, char **argv)
{
	const int at = tm_tool_parse(&quota_tool, argc, argv, options);

	if (at < argc)
		tm_misuse("quota takes no files: %s", argv[at]);
	quota_check_options(options);
}

/* --- changes --- */

/* Whether it changed something; ends with a line where it failed. */
static bool check_change(const struct tm_history *history, int count)
{
	if (count < 0)
		errx(TM_FAILED, "%s", tm_history_problem(history));
	return count;
}

static void set_limit(struct tm_history *history, const struct options *options,
		uint32_t uid)
{
	check_change(history,
			tm_history_quota_set(history, uid,
					options->has_day ? "day" : "month",
					options->limit));
}

static void remove_limit(struct tm_history *history,
		const struct options *options, uint32_t uid)
{
	const char *const period = options->has_day ? "day"
			: options->has_month	    ? "month"
						    : NULL;

	if (!check_change(history,
			    tm_history_quota_remove(history, uid, period)) &&
			!options->is_quiet)
		warnx("the user has no such quota");
}

/* --- hooks --- */

static const struct {
	unsigned level;
	const char *name;
} levels[] = {
	{ TM_HISTORY_PROJECTED, "projected" },
	{ TM_HISTORY_OVER_80, "80" },
	{ TM_HISTORY_OVER_90, "90" },
	{ TM_HISTORY_OVER, "100" },
};

static void set_number(const char *name, uint64_t number)
{
	char text[TM_NUMBER_SIZE + 1];

	*tm_number_format(text, number) = '\0';
	setenv(name, text, 1);
}

/* Texts that strangers chose reach the command in its environment only. */
static void set_environment(const struct options *options,
		const struct tm_history_quota *quota, const char *state)
{
	const char *const name = tm_history_user_name(
			&options->form, quota->uid, quota->user);

	setenv("TM_STATE", state, 1);
	set_number("TM_UID", quota->uid);
	setenv("TM_USER", name ? name : getenv("TM_UID"), 1);
	setenv("TM_PERIOD", tm_history_resolution_name(quota->period), 1);
	set_number("TM_SINCE", quota->begin_ns / TM_SECOND_NS);
	set_number("TM_LIMIT", quota->limit);
	set_number("TM_USED", quota->used);
	set_number("TM_PROJECTED", quota->projected);
	setenv("TM_DB", find_database(options->path), 1);
}

/* 0, or -1 when it could not be run or failed. */
static int run_hook(const char *command)
{
	extern char **environ;
	char *const argv[] = { "sh", "-c", (char *)command, NULL };
	posix_spawnattr_t attributes;
	sigset_t usual;
	pid_t child;
	int status;

	sigemptyset(&usual);
	sigaddset(&usual, SIGXFSZ); /* which is ignored here */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	errno = posix_spawn(
			&child, "/bin/sh", NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	if (errno) {
		warn("--hook");
		return -1;
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	warnx("--hook: ended with %d; it is run again the next time",
			WIFEXITED(status) ? WEXITSTATUS(status)
					  : 128 + WTERMSIG(status));
	return -1;
}

/* 0, or -1 when a hook failed. */
static int fire(struct tm_history *history, const struct options *options,
		const struct tm_history_quota *quota)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		const unsigned level = levels[i].level;

		if (!(quota->levels & level) ||
				!check_change(history,
						tm_history_quota_claim(history,
								quota, level)))
			continue;
		set_environment(options, quota, levels[i].name);
		if (!run_hook(options->hook))
			continue;
		check_change(history,
				tm_history_quota_release(
						history, quota, level));
		result = -1;
	}
	return result;
}

/* --- the answer --- */

static void keep_user(struct tm_history_quotas *quotas, uint32_t uid)
{
	size_t kept = 0;

	for (size_t i = 0; i < quotas->count; i++) {
		if (quotas->quotas[i].uid == uid)
			quotas->quotas[kept++] = quotas->quotas[i];
	}
	quotas->count = kept;
}

/* Hooks are run even where nobody can read the answer. */
static int quota_check(struct tm_history *history,
		const struct options *options, struct tm_history_quotas *quotas)
{
	int status = TM_DONE;

	for (size_t i = 0; i < quotas->count; i++) {
		if (options->hook && fire(history, options, &quotas->quotas[i]))
			status = TM_FAILED;
		if (status == TM_DONE &&
				quotas->quotas[i].levels & TM_HISTORY_OVER)
			status = TM_OVER;
	}
	if (tm_history_answer_quotas(&options->form, quotas))
		err(TM_FAILED, "standard output");
	return status;
}

static int answer(struct tm_history *history, const struct options *options)
{
	const uint32_t uid =
			options->user ? find_user(history, options->user) : 0;
	const uint64_t at = options->at ? parse_time("at", options->at) : 0;
	struct tm_history_quotas quotas;
	int status;

	if (options->has_limit)
		set_limit(history, options, uid);
	if (options->is_removal)
		remove_limit(history, options, uid);
	if (tm_history_quotas(history, at, &quotas))
		errx(TM_FAILED, "%s", tm_history_problem(history));
	if (options->user)
		keep_user(&quotas, uid);
	status = quota_check(history, options, &quotas);
	tm_history_quotas_free(&quotas);
	return status;
}

int quota_main(int argc, char **argv)
{
	struct options options = { .form.write = write_out };
	struct tm_history *history;
	int status;

	quota_parse_options(&options, argc, argv);
	history = open_or_exit(options.path,
			options.has_limit || options.is_removal || options.hook
					? TM_HISTORY_CHANGE
					: TM_HISTORY_READ,
			options.is_quiet);
	status = answer(history, &options);
	tm_history_close(history);
	return status;
}
