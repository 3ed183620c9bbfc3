#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/net/address.h"
#include "common/record/fields.h"

#define TABLE_ROWS 20
#define BY_TIME                                                                \
	(TM_HISTORY_BY_MINUTE | TM_HISTORY_BY_HOUR | TM_HISTORY_BY_DAY |       \
			TM_HISTORY_BY_MONTH)

/* What can only be understood once the database is open stays text. */
struct options {
	const char *path, *from, *to, *user;
	uint64_t hours;
	bool has_top, has_sort, is_reverse, is_summary, is_quiet;
	struct tm_history_keys keys;
	struct tm_history_rows_query query;
	struct tm_history_form form;
};

static void add_key(struct options *options, const char *name)
{
	struct tm_history_keys *const keys = &options->keys;
	const unsigned key = tm_history_key_find(name);

	if (!key)
		errx(TM_MISUSED,
				"--by: no such key: %s; there are user, process, "
				"remote, protocol, interface, direction, minute, hour, "
				"day and month",
				name);
	if (options->query.by & key)
		errx(TM_MISUSED, "--by: %s is there twice", name);
	if (key & BY_TIME && options->query.by & BY_TIME)
		errx(TM_MISUSED, "--by: one of minute, hour, day and month");
	options->query.by |= key;
	keys->order[keys->count++] = key;
}

static void parse_by(struct options *options, char *list)
{
	char *name;

	options->query.by = options->keys.count = 0;
	if (!*list)
		errx(TM_MISUSED, "--by: no key is named");
	while ((name = strsep(&list, ",")))
		add_key(options, name);
}

static enum tm_history_sort parse_sort(const char *name)
{
	static const char *const names[] = { "total", "in", "out", "packets",
		"lost", "key" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i]))
			return i;
	}
	errx(TM_MISUSED, "--sort: not total, in, out, packets, lost or key: %s",
			name);
}

static uint64_t parse_number(const char *option, const char *text)
{
	uint64_t number;

	if (!tm_number_parse(text, 1u << 30, &number))
		errx(TM_MISUSED, "%s: not a number: %s", option, text);
	return number;
}

static void parse_protocol(struct tm_history_filter *filter, const char *text)
{
	uint64_t number;
	uint32_t word;

	filter->has_protocol = true;
	if (tm_number_parse(text, UINT8_MAX, &number))
		filter->protocol = number;
	else if (tm_word_find(tm_protocols, text, &word))
		filter->protocol = word;
	else
		errx(TM_MISUSED, "--protocol: no such protocol: %s", text);
}

/* "" is what has none. */
static const char *parse_remote(const char *text)
{
	uint8_t address[16];

	if (*text && !tm_address_parse(text, address))
		errx(TM_MISUSED,
				"--remote: not an address such as 198.51.100.7: %s",
				text);
	return text;
}

static void parse_direction(struct tm_history_filter *filter, const char *text)
{
	filter->has_direction = true;
	filter->direction = !strcmp(text, "out") ? TM_OUT : TM_IN;
	if (filter->direction == TM_IN && strcmp(text, "in"))
		errx(TM_MISUSED, "--direction: not in or out: %s", text);
}

enum {
	DB = 256,
	BY,
	SUMMARY,
	FROM,
	TO,
	HOURS,
	USER,
	PROCESS,
	REMOTE,
	PROTOCOL,
	DIRECTION,
	SEARCH,
	SORT,
	REVERSE,
	TOP,
	OFFSET,
	OUTPUT
};

static void take_filter(struct options *options, int option)
{
	struct tm_history_filter *const filter = &options->query.filter;

	switch (option) {
	case FROM:
		options->from = optarg;
		break;
	case TO:
		options->to = optarg;
		break;
	case HOURS:
		options->hours = parse_number("--hours", optarg);
		break;
	case USER:
		options->user = optarg;
		break;
	case PROCESS:
		filter->process = optarg;
		break;
	case REMOTE:
		filter->remote = parse_remote(optarg);
		break;
	case PROTOCOL:
		parse_protocol(filter, optarg);
		break;
	case 'i':
		filter->interface = optarg;
		break;
	case DIRECTION:
		parse_direction(filter, optarg);
		break;
	default:
		misuse();
	}
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case DB:
		options->path = optarg;
		break;
	case BY:
		parse_by(options, optarg);
		break;
	case SUMMARY:
		options->is_summary = true;
		break;
	case SEARCH:
		options->query.search = optarg;
		break;
	case SORT:
		options->query.sort = parse_sort(optarg);
		options->has_sort = true;
		break;
	case REVERSE:
		options->is_reverse = true;
		break;
	case TOP:
		options->query.limit = parse_number("--top", optarg);
		options->has_top = true;
		break;
	case OFFSET:
		options->query.offset = parse_number("--offset", optarg);
		break;
	case OUTPUT:
		options->form.form = parse_form(optarg);
		break;
	case 'n':
		options->form.is_numeric = true;
		break;
	case 'q':
		options->is_quiet = true;
		break;
	case 'h':
		print_and_exit(usage);
	case 'V':
		print_and_exit("tm-store " TM_VERSION "\n");
	default:
		take_filter(options, option);
	}
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "db", required_argument, NULL, DB },
		{ "by", required_argument, NULL, BY },
		{ "summary", no_argument, NULL, SUMMARY },
		{ "from", required_argument, NULL, FROM },
		{ "to", required_argument, NULL, TO },
		{ "hours", required_argument, NULL, HOURS },
		{ "user", required_argument, NULL, USER },
		{ "process", required_argument, NULL, PROCESS },
		{ "remote", required_argument, NULL, REMOTE },
		{ "protocol", required_argument, NULL, PROTOCOL },
		{ "interface", required_argument, NULL, 'i' },
		{ "direction", required_argument, NULL, DIRECTION },
		{ "search", required_argument, NULL, SEARCH },
		{ "sort", required_argument, NULL, SORT },
		{ "reverse", no_argument, NULL, REVERSE },
		{ "top", required_argument, NULL, TOP },
		{ "offset", required_argument, NULL, OFFSET },
		{ "output", required_argument, NULL, OUTPUT },
		{ "numeric", no_argument, NULL, 'n' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	static char user[] = "user";
	int option;

	parse_by(options, user);
	while ((option = getopt_long(argc, argv, "i:nqhV", longs, NULL)) != -1)
		take_option(options, option);
	if (optind < argc) {
		warnx("query takes no files: %s", argv[optind]);
		misuse();
	}
	if (options->hours && options->from)
		errx(TM_MISUSED, "--hours and --from exclude each other");
}

/* The largest first, but times as they passed. */
static void set_order(struct options *options)
{
	struct tm_history_rows_query *const query = &options->query;

	if (!options->has_sort && query->by & BY_TIME)
		query->sort = TM_HISTORY_SORT_KEY;
	query->is_ascending = (query->sort == TM_HISTORY_SORT_KEY) !=
			options->is_reverse;
	if (!options->has_top && options->form.form == TM_FORM_TABLE &&
			!(query->by & BY_TIME))
		query->limit = TABLE_ROWS;
}

static void set_range(struct options *options, struct tm_history *history)
{
	struct tm_history_filter *const filter = &options->query.filter;
	const uint64_t back_ns = options->hours * TM_HOUR_NS;
	uint64_t end_ns;

	if (options->from)
		filter->from_ns = parse_time("--from", options->from);
	if (options->to)
		filter->to_ns = parse_time("--to", options->to);
	if (options->to && filter->from_ns >= filter->to_ns)
		errx(TM_MISUSED, "--from has to be before --to");
	if (!options->hours)
		return;
	end_ns = filter->to_ns ? filter->to_ns : tm_history_newest(history);
	filter->from_ns = end_ns > back_ns ? end_ns - back_ns : 0;
	filter->to_ns = end_ns + 1;
}

/* What the shares are of holds only where nothing is filtered. */
static bool is_filtered(const struct tm_history_rows_query *query)
{
	const struct tm_history_filter *const filter = &query->filter;

	return filter->has_user || filter->process || filter->remote ||
			filter->interface || filter->has_protocol ||
			filter->has_direction ||
			(query->search && *query->search);
}

/* What the last line of the table says, for CSV. */
static void say_shares(const struct tm_shares *shares)
{
	char text[TM_SHARES_SIZE];

	fprintf(stderr, "%s\n", tm_shares_format(text, shares));
}

/* What the rows of a time are where the shorter ones are gone. */
static void say_coarse(const struct options *options,
		const struct tm_history_rows *rows)
{
	const unsigned asked = options->query.by & BY_TIME;
	const char *before = "";
	char time[TM_TIME_SIZE];

	if (!rows->coarse || options->is_quiet)
		return;
	fprintf(stderr, "%ss before %s are gone: those rows are ",
			tm_history_key_name(asked),
			tm_time_format(time, rows->coarse_ns));
	for (int r = TM_HISTORY_HOUR; r < TM_HISTORY_RESOLUTIONS; r++) {
		if (!(rows->coarse & 1u << r))
			continue;
		fprintf(stderr, "%s%ss", before, tm_history_resolution_name(r));
		before = " and ";
	}
	fputc('\n', stderr);
}

static void show_rows(const struct options *options,
		const struct tm_history_rows *rows,
		const struct tm_shares *shares)
{
	if (tm_history_answer_rows(
			    &options->form, &options->keys, rows, shares))
		err(TM_FAILED, "standard output");
	if (shares && options->form.form == TM_FORM_CSV && !options->is_quiet)
		say_shares(shares);
	say_coarse(options, rows);
}

static void show(const struct options *options, struct tm_history *history)
{
	struct tm_history_rows rows = { 0 };
	struct tm_history_summary summary;
	struct tm_shares shares;

	if (tm_history_begin(history) ||
			tm_history_summary(history, &options->query.filter,
					&summary) ||
			(!options->is_summary &&
					tm_history_rows(history,
							&options->query,
							&rows)))
		errx(TM_FAILED, "%s", tm_history_problem(history));
	tm_history_end(history);
	shares = tm_history_shares(&summary);
	if (!options->is_summary)
		show_rows(options, &rows,
				is_filtered(&options->query) ? NULL : &shares);
	else if (tm_history_answer_summary(&options->form, &summary))
		err(TM_FAILED, "standard output");
	tm_history_rows_free(&rows);
	tm_history_summary_free(&summary);
}

int query_main(int argc, char **argv)
{
	struct options options = { .form.write = write_out };
	struct tm_history *history;

	parse_options(&options, argc, argv);
	options.form.names = tm_names_new();
	if (!options.form.names)
		err(TM_FAILED, NULL);
	set_order(&options);
	history = open_or_exit(options.path, TM_HISTORY_READ);
	set_range(&options, history);
	if (options.user) {
		options.query.filter.has_user = true;
		options.query.filter.uid = find_user(history, options.user);
	}
	show(&options, history);
	tm_history_close(history);
	tm_names_free(options.form.names);
	return TM_DONE;
}
