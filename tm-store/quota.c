#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/history/query.h"
#include "quota-command.h"

#define WINDOW_MOST (10 * 365 * TM_DAY_NS)

enum {
	DB = TM_OPTION,
	USER,
	MEMBERS,
	EACH,
	EVERYONE,
	LIMIT,
	DIRECTION,
	MONTH,
	DAY,
	WINDOW,
	REMOVE,
	DRY_RUN,
	EXEC,
	AT,
	FORMAT,
	JSON,
	SI
};

#define FLAG(member) TM_FLAG(struct quota_options, member)

static const struct tm_option known[] = {
	{ "db", DB, "FILE", "the database, which must exist", 0 },
	{ "quiet", 'q', NULL, "no notes, no progress", FLAG(is_quiet) },
	{ "user", USER, "USER", "only this user; also for quota", TM_ONCE },
	TM_HEADING("quota:"),
	{ "members", MEMBERS, "GROUP", "the members of a group together",
			TM_ONCE },
	{ "each", EACH, NULL, "with --members: each of them alone",
			FLAG(is_each) },
	{ "everyone", EVERYONE, NULL,
			"each user without a quota of that kind, except root",
			FLAG(is_everyone) },
	{ "limit", LIMIT, "SIZE", "in and out together (1T)", 0 },
	{ "direction", DIRECTION, "WAY", "only in or only out", 0 },
	{ "month", MONTH, NULL, "per calendar month (the default)",
			FLAG(has_month) },
	{ "day", DAY, NULL, "per day", FLAG(has_day) },
	{ "window", WINDOW, "TIME", "in such a time up to now (30d)", 0 },
	{ "remove", REMOVE, NULL, "remove the quota", FLAG(is_removal) },
	{ "dry-run", DRY_RUN, NULL, "only report what would be changed",
			FLAG(is_trial) },
	{ "exec", EXEC, "COMMAND", "run the command if a state is reached",
			TM_ONCE },
	{ "hook", EXEC, "COMMAND", NULL, 0 },
	{ "at", AT, "TIME", "show the periods at that time", 0 },
	{ "format", FORMAT, "FORMAT", "table, csv or json", 0 },
	{ "output", FORMAT, "FORMAT", NULL, 0 },
	{ "json", JSON, NULL, "JSON, as --format json", FLAG(is_json) },
	{ "si", SI, NULL, "sizes in powers of 1000 (kB, MB), not 1024", 0 },
	{ "numeric", 'n', NULL, "numbers instead of names",
			FLAG(form.is_numeric) },
};

/* --- options --- */

static uint64_t parse_limit(const struct tm_option *option, const char *text)
{
	const uint64_t limit = tm_option_size(option, text);

	if (tm_size_is_decimal(limit))
		tm_size_use_decimal();
	if (limit > INT64_MAX)
		tm_option_refuse(option, text, "too large");
	return limit;
}

/* The history has whole minutes. */
static uint64_t parse_window(const struct tm_option *option, const char *text)
{
	const uint64_t ns = tm_option_age(option, text);

	if (!ns || ns % TM_MINUTE_NS || ns > WINDOW_MOST)
		tm_option_refuse(option, text,
				"not whole minutes, hours or days up to 10y");
	return ns;
}

static void quota_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	static const char *const ways[] = {
		[TM_IN] = "in", [TM_OUT] = "out", NULL
	};
	struct quota_options *const options = context;

	switch (option->letter) {
	case DB:
		options->path = tm_option_file(option, argument);
		break;
	case USER:
		options->user = argument;
		break;
	case MEMBERS:
		options->group = argument;
		break;
	case LIMIT:
		options->rule.limit = parse_limit(option, argument);
		options->has_limit = true;
		break;
	case WINDOW:
		options->rule.window_ns = parse_window(option, argument);
		break;
	case DIRECTION:
		options->rule.direction =
				tm_option_choice(option, argument, ways);
		options->rule.has_direction = true;
		break;
	case EXEC:
		if (!*argument)
			tm_misuse("--exec: no command is named");
		options->hook = argument;
		break;
	case SI:
		tm_size_use_decimal();
		break;
	case AT:
		options->at = argument;
		break;
	case FORMAT:
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

static bool is_change(const struct quota_options *options)
{
	return options->has_limit || options->is_removal;
}

static void check_subject(const struct quota_options *options)
{
	const int named = !!options->user + !!options->group +
			options->is_everyone;

	if (named > 1)
		tm_misuse("one of --user, --members and --everyone");
	if (is_change(options) && !named)
		tm_misuse("%s needs --user USER, --members GROUP or --everyone",
				options->has_limit ? "--limit" : "--remove");
	if (options->is_each && !options->group)
		tm_misuse("--each needs --members GROUP");
}

static void check_period(const struct quota_options *options)
{
	const struct tm_history_rule *const rule = &options->rule;
	const bool has_period = options->has_month || options->has_day ||
			rule->window_ns;

	if (options->has_month + options->has_day + !!rule->window_ns > 1)
		tm_misuse("one of --month, --day and --window");
	if ((has_period || rule->has_direction || options->is_trial) &&
			!is_change(options))
		tm_misuse("%s needs --limit or --remove",
				options->is_trial	     ? "--dry-run"
						: has_period ? "a period"
							     : "--direction");
}

static void quota_check_options(const struct quota_options *options)
{
	if (options->has_limit && options->is_removal)
		tm_misuse("one of --limit and --remove");
	check_subject(options);
	check_period(options);
	if (options->at && options->hook)
		tm_misuse("--at and --exec exclude each other: commands are run for the present");
	if (options->is_trial && options->hook)
		tm_misuse("--dry-run and --exec exclude each other");
}

static void quota_parse_options(
		struct quota_options *options, int argc, char **argv)
{
	struct tm_history_rule *const rule = &options->rule;
	const int at = tm_tool_parse(&quota_tool, argc, argv, options);

	if (at < argc)
		tm_misuse("quota takes no files: %s", argv[at]);
	quota_check_options(options);
	if (options->is_json)
		options->form.form = TM_FORM_JSON;
	rule->period = options->has_day ? TM_HISTORY_DAY : TM_HISTORY_MONTH;
	rule->whose = options->is_everyone ? TM_HISTORY_OF_EVERYONE
			: options->is_each ? TM_HISTORY_OF_MEMBERS
			: options->group   ? TM_HISTORY_OF_GROUP
					   : TM_HISTORY_OF_USER;
}

/* --- the answer --- */

static void set_subject(
		struct tm_history *history, struct quota_options *options)
{
	struct tm_history_rule *const rule = &options->rule;

	if (options->user)
		rule->uid = find_user(history, "user", options->user);
	if (options->has_limit && options->group)
		quota_check_group(history, options->group);
	if (options->group)
		strncpy(rule->group, options->group, sizeof(rule->group) - 1);
}

static bool is_asked_for(const struct quota_options *options,
		const struct tm_history_quota *quota)
{
	if (options->user)
		return tm_history_quota_is_of_user(quota) &&
				quota->uid == options->rule.uid;
	if (options->group)
		return !strcmp(quota->rule.group, options->rule.group);
	return !options->is_everyone ||
			quota->rule.whose == TM_HISTORY_OF_EVERYONE;
}

static void keep_asked_for(struct tm_history_quotas *quotas,
		const struct quota_options *options)
{
	size_t kept = 0;

	for (size_t i = 0; i < quotas->count; i++) {
		if (is_asked_for(options, &quotas->quotas[i]))
			quotas->quotas[kept++] = quotas->quotas[i];
	}
	quotas->count = kept;
}

/* As with one limit, if all that are shown were given in decimal units. */
static void choose_units(const struct tm_history_quotas *quotas)
{
	size_t decimal = 0;

	for (size_t i = 0; i < quotas->count; i++)
		decimal += tm_size_is_decimal(quotas->quotas[i].rule.limit);
	if (decimal && decimal == quotas->count)
		tm_size_use_decimal();
}

/* Hooks run even if nobody can read the answer. Setting a quota succeeds,
 * however much of it is used. */
static int answer_quotas(struct tm_history *history,
		const struct quota_options *options,
		const struct tm_history_quotas *quotas)
{
	int status = TM_DONE;

	for (size_t i = 0; i < quotas->count; i++) {
		const struct tm_history_quota *const quota = &quotas->quotas[i];

		if (options->hook && quota_fire(history, options, quota))
			status = TM_FAILED;
		if (status == TM_DONE && !is_change(options) &&
				quota->levels & TM_HISTORY_OVER)
			status = TM_OVER;
	}
	if (tm_history_answer_quotas(&options->form, quotas))
		err(TM_FAILED, "standard output");
	return status;
}

static int answer(struct tm_history *history, struct quota_options *options)
{
	const uint64_t at = options->at ? argument_time("at", options->at) : 0;
	struct tm_history_quotas quotas;
	int status;

	set_subject(history, options);
	if (is_change(options))
		quota_change(history, options);
	if ((is_change(options) || options->hook) && !options->is_trial)
		quota_note_people(history);
	quota_check(history, tm_history_quotas(history, at, &quotas));
	keep_asked_for(&quotas, options);
	choose_units(&quotas);
	if (options->has_limit && !options->is_trial)
		quota_report_full(options, &quotas);
	status = answer_quotas(history, options, &quotas);
	tm_history_quotas_free(&quotas);
	return status;
}

int quota_main(int argc, char **argv)
{
	struct quota_options options = { .form.write = write_out };
	struct tm_history *history;
	int status;

	quota_parse_options(&options, argc, argv);
	history = open_or_exit(options.path,
			(is_change(&options) && !options.is_trial) ||
							options.hook
					? TM_HISTORY_CHANGE
					: TM_HISTORY_READ,
			options.is_quiet);
	status = answer(history, &options);
	tm_history_close(history);
	return status;
}
