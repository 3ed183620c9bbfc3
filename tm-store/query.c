#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/moment.h"
#include "common/base/number.h"
#include "common/net/address.h"
#include "common/record/fields.h"
#include "common/tool/loop.h"
#include "query-command.h"

static void query_add_key(struct query_options *options, const char *name)
{
	struct tm_history_keys *const keys = &options->keys;
	const unsigned key = tm_history_key_find(name);

	if (!key)
		query_refuse_key(name);
	if (options->query.by & key)
		errx(TM_MISUSED, "--by: %s is there twice", name);
	if (key & TM_HISTORY_BY_TIME && options->query.by & TM_HISTORY_BY_TIME)
		errx(TM_MISUSED,
				"--by: takes only one of minute, hour, day, month");
	options->query.by |= key;
	keys->order[keys->count++] = key;
}

static void parse_by(struct query_options *options, const char *list)
{
	char *const copy = strdup(list), *rest = copy, *name;

	if (!copy)
		err(TM_FAILED, NULL);
	options->query.by = options->keys.count = 0;
	if (!*list)
		errx(TM_MISUSED, "--by: names no key");
	while ((name = strsep(&rest, ",")))
		query_add_key(options, name);
	free(copy);
}

static enum tm_history_sort parse_sort(
		const struct tm_option *option, const char *name)
{
	static const char *const names[] = { "total", "in", "out", "packets",
		"lost", "key", NULL };

	if (!strcmp(name, "name"))
		return TM_HISTORY_SORT_KEY;
	return tm_option_choice(option, name, names);
}

static uint64_t parse_number(const struct tm_option *option, const char *text)
{
	return tm_option_number(option, text, 0, NUMBER_MOST);
}

static void parse_protocol(struct tm_history_filter *filter,
		const struct tm_option *option, const char *text)
{
	uint64_t number;
	uint32_t word;

	filter->has_protocol = true;
	if (tm_number_parse(text, UINT8_MAX, &number))
		filter->protocol = number;
	else if (tm_word_find(tm_protocols, text, &word))
		filter->protocol = word;
	else
		tm_option_refuse(option, text, "no such protocol");
}

/* "" selects what has none. */
static const char *parse_remote(
		const struct tm_option *option, const char *text)
{
	uint8_t address[16];

	if (*text && !tm_address_parse(text, address))
		tm_option_refuse(option, text,
				"not an address such as 198.51.100.7");
	return text;
}

/* As in tm-filter; "" selects what has none. */
static const char *parse_pattern(const char *text)
{
	return strcmp(text, "none") ? text : "";
}

static void parse_direction(struct tm_history_filter *filter,
		const struct tm_option *option, const char *text)
{
	static const char *const names[] = {
		[TM_IN] = "in", [TM_OUT] = "out", NULL
	};

	filter->has_direction = true;
	filter->direction = tm_option_choice(option, text, names);
}

enum {
	DB = TM_OPTION,
	BY,
	SUMMARY,
	SINCE,
	UNTIL,
	HOURS,
	USER,
	PROCESS,
	REMOTE,
	PROTOCOL,
	WORKLOAD,
	LOGIN,
	COMMAND,
	DIRECTION,
	NO_LOOPBACK,
	SEARCH,
	SORT,
	REVERSE,
	TOP,
	OFFSET,
	FORMAT,
	JSON,
	SI
};

static const struct tm_option known[] = {
	{ "db", DB, "FILE", "the database, which must exist", 0 },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct query_options, is_quiet) },
	TM_HEADING("query:"),
	{ "by", BY, "KEYS",
			"a row for each of these, separated by commas (user):",
			0 },
	{ "summary", SUMMARY, NULL, "the sums over all rows",
			TM_FLAG(struct query_options, is_summary) },
	{ "since", SINCE, "TIME", "yesterday, 2h (ago), '2026-11-21 06:33'",
			0 },
	{ "until", UNTIL, "TIME", "that time is not included: tm-words(7)", 0 },
	{ "from", SINCE, "TIME", NULL, 0 },
	{ "to", UNTIL, "TIME", NULL, 0 },
	{ "hours", HOURS, "N", "the last N hours (all)", 0 },
	{ "user", USER, "USER", "only this user; also for quota", TM_ONCE },
	{ "process", PROCESS, "NAME", "only this process", TM_ONCE },
	{ "remote", REMOTE, "ADDRESS", "only this remote", TM_ONCE },
	{ "protocol", PROTOCOL, "NAME", "tcp, udp, ...", TM_ONCE },
	{ "interface", 'i', "NAME", "only this interface", TM_ONCE },
	{ "workload", WORKLOAD, "NAME",
			"only this container or unit; '*' and '?' match",
			TM_ONCE },
	{ "login", LOGIN, "USER", "only what this user logged in for",
			TM_ONCE },
	{ "command", COMMAND, "NAME",
			"only this executable: ssh, '/opt/*', a path",
			TM_ONCE },
	{ "job", TM_MOVED, "ID", "write tm-store job ID, or tm-store jobs", 0 },
	{ "unit", TM_MOVED, "NAME", "write --workload NAME", 0 },
	{ "container", TM_MOVED, "NAME", "write --workload NAME", 0 },
	{ "direction", DIRECTION, "WAY", "in or out", TM_ONCE },
	{ "no-loopback", NO_LOOPBACK, NULL,
			"leave out traffic within the machine",
			TM_FLAG(struct query_options,
					query.filter.has_no_loopback) },
	{ "search", SEARCH, "TEXT", "rows with TEXT in a key", TM_ONCE },
	{ "sort", SORT, "KEY", "by total, in, out, packets, lost or key", 0 },
	{ "reverse", REVERSE, NULL, "reverse the order",
			TM_FLAG(struct query_options, is_reverse) },
	{ "top", TOP, "N",
			"show N rows, the largest, and sum up the others;\n"
			"0 = all (20 in a table); with a time, the same in\n"
			"every slot",
			0 },
	{ "offset", OFFSET, "N", "skip the first N rows", 0 },
	{ "format", FORMAT, "FORMAT", "table, csv or json", 0 },
	{ "output", FORMAT, "FORMAT", NULL, 0 },
	{ "json", JSON, NULL, "JSON, as --format json",
			TM_FLAG(struct query_options, is_json) },
	{ "si", SI, NULL, "sizes in powers of 1000 (kB, MB), not 1024", 0 },
	{ "numeric", 'n', NULL, "numbers instead of names",
			TM_FLAG(struct query_options, form.is_numeric) },
};

static void query_take_filter(struct query_options *options,
		const struct tm_option *option, const char *argument)
{
	struct tm_history_filter *const filter = &options->query.filter;

	switch (option->letter) {
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
	case USER:
		options->user = argument;
		break;
	case PROCESS:
		filter->process = argument;
		break;
	case REMOTE:
		filter->remote = parse_remote(option, argument);
		break;
	case PROTOCOL:
		parse_protocol(filter, option, argument);
		break;
	case 'i':
		filter->interface = argument;
		break;
	case WORKLOAD:
		filter->workload = parse_pattern(argument);
		break;
	case LOGIN:
		options->login = argument;
		break;
	case COMMAND:
		filter->command = parse_pattern(argument);
		break;
	case DIRECTION:
		parse_direction(filter, option, argument);
		break;
	}
}

/* What selects, groups or orders rows, apart from flags. */
static bool query_is_about_rows(const struct tm_option *option)
{
	switch (option->letter) {
	case BY:
	case USER:
	case PROCESS:
	case REMOTE:
	case PROTOCOL:
	case 'i':
	case WORKLOAD:
	case LOGIN:
	case COMMAND:
	case DIRECTION:
	case SEARCH:
	case SORT:
	case TOP:
	case OFFSET:
		return true;
	default:
		return false;
	}
}

static void query_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct query_options *const options = context;

	if (query_is_about_rows(option))
		options->rows_only = option->name;
	switch (option->letter) {
	case DB:
		options->path = tm_option_file(option, argument);
		break;
	case BY:
		parse_by(options, argument);
		break;
	case SEARCH:
		options->query.search = argument;
		break;
	case SORT:
		options->query.sort = parse_sort(option, argument);
		options->has_sort = true;
		break;
	case TOP:
		options->query.top = parse_number(option, argument);
		options->has_top = true;
		break;
	case OFFSET:
		options->query.offset = parse_number(option, argument);
		break;
	case FORMAT:
		options->form.form = parse_form(option, argument);
		break;
	case SI:
		tm_size_use_decimal();
		break;
	default:
		query_take_filter(options, option, argument);
	}
}

static const char *query_words(const struct tm_option *option)
{
	return option->letter == BY ? tm_key_names(TM_KEY_FOR_HISTORY) : NULL;
}

const struct tm_tool query_tool = {
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = query_take_option,
	.words = query_words,
	.whole = &store_tool,
};

/* A summary says how much of all that passed has an owner: of a part, it would
 * say what is not so. */
static void query_check_summary(const struct query_options *options)
{
	const char *const name = options->query.filter.has_no_loopback
			? "no-loopback"
			: options->is_reverse ? "reverse"
					      : options->rows_only;

	if (options->is_summary && name)
		tm_misuse("--summary is of all traffic and does not take --%s; "
			  "without --summary, the row all is the sum of what "
			  "is selected",
				name);
}

/* What is most often meant by a word that is no option. */
static _Noreturn void query_refuse(const char *word)
{
	struct tm_moment_problem problem;
	uint64_t time_ns;

	if (tm_history_key_find(word))
		tm_misuse("query takes no files: %s; rows by a key are --by %s",
				word, word);
	if (tm_moment_parse(word, tm_clock_wall_ns(), &time_ns, &problem))
		tm_misuse("query takes no files: %s; a time is --since %s",
				word, word);
	tm_misuse("query takes no files: %s", word);
}

static void query_parse_options(
		struct query_options *options, int argc, char **argv)
{
	int at;

	parse_by(options, "user");
	at = tm_tool_parse(&query_tool, argc, argv, options);
	if (at < argc)
		query_refuse(argv[at]);
	if (options->is_json)
		options->form.form = TM_FORM_JSON;
	argument_check_range(&options->range);
	query_check_summary(options);
}

/* The largest first, but times as they passed. */
static void query_set_order(struct query_options *options)
{
	struct tm_history_rows_query *const query = &options->query;

	if (!options->has_sort && query->by & TM_HISTORY_BY_TIME)
		query->sort = TM_HISTORY_SORT_KEY;
	query->is_ascending = (query->sort == TM_HISTORY_SORT_KEY) !=
			options->is_reverse;
	if (query->by & TM_HISTORY_BY_TIME)
		return;
	if (!options->has_top && options->form.form == TM_FORM_TABLE)
		query->top = TABLE_ROWS;
	query->limit = query->top;
	query->top = 0;
}

/* Shares are of everything, so they are shown only without a filter. */
static bool query_is_filtered(const struct tm_history_rows_query *query)
{
	const struct tm_history_filter *const filter = &query->filter;

	return filter->has_user || filter->process || filter->remote ||
			filter->interface || filter->workload ||
			filter->command || filter->has_login ||
			filter->has_protocol || filter->has_direction ||
			filter->has_no_loopback ||
			(query->search && *query->search);
}

static void show_rows(const struct query_options *options,
		const struct tm_history_rows *rows,
		const struct tm_shares *shares)
{
	if (tm_history_answer_rows(
			    &options->form, &options->keys, rows, shares))
		err(TM_FAILED, "standard output");
	if (shares && options->form.form == TM_FORM_CSV && !options->is_quiet)
		query_note_shares(shares);
	if (options->form.form == TM_FORM_CSV && !options->is_quiet)
		query_note_range(options, rows);
	query_note_coarse(options, rows);
}

static void show(
		const struct query_options *options, struct tm_history *history)
{
	struct tm_history_rows rows = { 0 };
	struct tm_history_summary summary;
	struct tm_shares shares;
	bool is_empty;

	if (tm_history_begin(history) ||
			tm_history_summary(history, &options->query.filter,
					&summary) ||
			(!options->is_summary &&
					tm_history_rows(history,
							&options->query,
							&rows)))
		errx(TM_FAILED, "%s", tm_history_problem(history));
	is_empty = options->is_summary ? !summary.to_ns : !rows.found;
	tm_history_end(history);
	shares = tm_history_shares(&summary);
	if (!options->is_summary)
		show_rows(options, &rows,
				query_is_filtered(&options->query) ? NULL
								   : &shares);
	else if (tm_history_answer_summary(&options->form, &summary))
		err(TM_FAILED, "standard output");
	query_note_ahead(options, &summary);
	if (query_note_loopback(options, history) ||
			(is_empty &&
					query_note_absent(options, history,
							&summary)))
		errx(TM_FAILED, "%s", tm_history_problem(history));
	tm_history_rows_free(&rows);
	tm_history_summary_free(&summary);
}

int query_main(int argc, char **argv)
{
	struct query_options options = {
		.form.write = write_out,
		.query.filter.has_patterns = true,
	};
	struct tm_history *history;

	query_parse_options(&options, argc, argv);
	query_set_order(&options);
	history = open_or_exit(options.path, TM_HISTORY_READ, options.is_quiet);
	argument_range(&options.range, history, &options.query.filter.from_ns,
			&options.query.filter.to_ns);
	if (options.user) {
		options.query.filter.has_user = true;
		options.query.filter.uid =
				find_user(history, "user", options.user);
	}
	if (options.login) {
		options.query.filter.has_login = true;
		options.query.filter.login =
				find_user(history, "login", options.login);
	}
	show(&options, history);
	tm_loop_say_overflow();
	tm_history_close(history);
	return TM_DONE;
}
