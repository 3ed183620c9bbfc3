#include <err.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/tool/options.h"
#include "report-options.h"

#define LOG_NS (10 * TM_SECOND_NS)
#define LONGEST_NS (3650 * TM_DAY_NS)
#define ROWS_MOST (1u << 30)
#define ROWS_DEFAULT 1000000
#define TOP_ALL UINT32_MAX
#define STYLES_MOST 8

/* Options that depend on others, until all are known. */
struct pending {
	const char *by, *sort, *sum;
	uint64_t bin_ns;
	const struct tm_netnames *netnames;
	struct tm_projects *projects;
};

struct command_line {
	struct report_options options;
	struct pending pending;
};

static const struct style *find_style(const struct tm_option *option,
		const char *name, const struct style *known)
{
	const char *names[STYLES_MOST + 1] = { NULL };

	for (size_t i = 0; i < STYLES_MOST && known[i].name; i++)
		names[i] = known[i].name;
	return &known[tm_option_choice(option, name, names)];
}

static const struct tm_netnames *load_names(const char *path)
{
	char problem[TM_NETNAMES_PROBLEM];
	const struct tm_netnames *const netnames =
			tm_netnames_load(path, problem);

	if (!netnames)
		errx(TM_FAILED, "--network-names: %s", problem);
	return netnames;
}

static void set_style(struct report_options *options, const struct style *style)
{
	if (options->style)
		tm_misuse("one --style, --format or --oneline, not two");
	options->style = style;
}

enum {
	STYLE = TM_OPTION,
	FORMAT,
	JSON,
	ONELINE,
	BY,
	BIN,
	SORT,
	SUM,
	TOP,
	NETWORK_NAMES,
	PROJECTS,
	CONNECTIONS,
	ALERT,
	MAX_ROWS,
	NO_LOOPBACK,
	STRICT,
	SI
};

#define FLAG(member) TM_FLAG(struct command_line, options.member)

static const struct tm_option known[] = {
	{ "interval", 't', "DURATION",
			"report every 10s, 5m, ... of the stream and\n"
			"at its end; 0 = at its end only",
			0 },
	{ "log", 'l', "FILE", "append to FILE, and show it on a terminal too",
			TM_ONCE },
	{ "style", STYLE, "STYLE",
			"table, or the form of another tool: pdtt,\n"
			"pdtt-xdp, processes",
			0 },
	{ "format", FORMAT, "FORMAT", "table, csv or json", 0 },
	{ "json", JSON, NULL, "JSON, as --format json", 0 },
	{ "output", FORMAT, "FORMAT", NULL, 0 },
	{ "oneline", ONELINE, "USER", "one line for programs, like vnstat",
			TM_ONCE },
	{ "by", BY, "KEYS",
			"a row for each of these, separated by\n"
			"commas (user):",
			0 },
	{ "bin", BIN, "DURATION", "a row for each 15m, 1h, ... of the clock",
			0 },
	{ "sort", SORT, "KEY",
			"by total, in, out, packets or lost, the largest\n"
			"first; or by one of the keys, key = the first",
			0 },
	{ "sum", SUM, "WHAT", "bytes, packets (both)", 0 },
	{ "top", TOP, "N", "show N rows and sum up the others; 0 = all", 0 },
	{ "network-names", NETWORK_NAMES, "FILE",
			"names for networks: lines NETWORK NAME", TM_ONCE },
	{ "projects", PROJECTS, "FILE",
			"projects: lines 'user NAME PROJECT' or\n"
			"'job MANAGER/ID PROJECT'",
			TM_ONCE },
	{ "connections", CONNECTIONS, NULL,
			"pdtt: each connection with its process, too",
			FLAG(has_connections) },
	{ "alert", ALERT, "LIMIT", "name users above LIMIT (10G); exit 5", 0 },
	{ "since", TM_MOVED, "TIME",
			"write tm-filter 'since TIME' FILE | tm-report", 0 },
	{ "until", TM_MOVED, "TIME",
			"write tm-filter 'until TIME' FILE | tm-report", 0 },
	{ "user", TM_MOVED, "USER",
			"write tm-filter 'user USER' FILE | tm-report", 0 },
	{ "max-rows", MAX_ROWS, "N",
			"rows kept in memory (1000000); beyond that the\n"
			"smallest are summed up",
			0 },
	{ "no-loopback", NO_LOOPBACK, NULL,
			"leave out traffic within this machine",
			FLAG(has_no_loopback) },
	{ "si", SI, NULL, "sizes in powers of 1000 (kB, MB), not 1024", 0 },
	{ "numeric", 'n', NULL, "numbers instead of names", FLAG(is_numeric) },
	{ "quiet", 'q', NULL, "no notes, no progress", FLAG(is_quiet) },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			FLAG(is_strict) },
};

/* What a table is of. */
static bool take_question(struct pending *pending,
		const struct tm_option *option, const char *argument)
{
	switch (option->letter) {
	case BY:
		pending->by = argument;
		return true;
	case BIN:
		pending->bin_ns = tm_option_duration(
				option, argument, 1, LONGEST_NS);
		return true;
	case SORT:
		pending->sort = argument;
		return true;
	case SUM:
		pending->sum = argument;
		return true;
	case NETWORK_NAMES:
		pending->netnames =
				load_names(tm_option_stream(option, argument));
		return true;
	case PROJECTS:
		pending->projects = tm_option_projects(option, argument);
		return true;
	default:
		return false;
	}
}

static void report_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct command_line *const line = context;
	struct report_options *const options = &line->options;

	if (take_question(&line->pending, option, argument))
		return;
	switch (option->letter) {
	case 't':
		options->interval_ns = tm_option_duration(
				option, argument, 0, LONGEST_NS);
		options->has_interval = true;
		break;
	case 'l':
		options->log = tm_option_file(option, argument);
		break;
	case STYLE:
		set_style(options, find_style(option, argument, styles));
		break;
	case FORMAT:
		set_style(options, find_style(option, argument, formats));
		break;
	case JSON:
		set_style(options, find_style(option, "json", formats));
		break;
	case ONELINE:
		set_style(options, &oneline_style);
		options->user = argument;
		break;
	case TOP:
		options->top = tm_option_number(option, argument, 0, ROWS_MOST)
				?: TOP_ALL;
		break;
	case ALERT:
		options->limit = tm_option_size(option, argument);
		break;
	case SI:
		tm_size_use_decimal();
		break;
	case MAX_ROWS:
		options->max_rows = tm_option_number(
				option, argument, 1, ROWS_MOST);
		break;
	}
}

static const char *report_words(const struct tm_option *option)
{
	return option->letter == BY ? tm_keys_words(TM_KEY_FOR_REPORT) : NULL;
}

static const struct tm_tool tool = {
	.usage = "usage: tm-report [-nq] [-t DURATION] [-l FILE]\n"
		 "                 [--style STYLE | --format FORMAT | --oneline USER]\n"
		 "                 [--by KEYS] [--bin DURATION] [--sort KEY] [--sum WHAT]\n"
		 "                 [--top N] [--network-names FILE] [--projects FILE]\n"
		 "                 [--connections] [--alert LIMIT] [--max-rows N]\n"
		 "                 [--no-loopback] [--si] [--strict] [EVENTS ...]\n"
		 "Reports how much each user, or any other key, received and sent:\n"
		 "a table at the end, and with -t or -l one at each interval, too.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"EVENTS are recordings, gzipped or not; without them, or with -, reads\n"
		"standard input. SIGHUP reopens the log, SIGUSR1 prints statistics.\n",
	.take = report_take_option,
	.words = report_words,
};

static void set_projects(struct tm_keys *keys, struct tm_projects *projects)
{
	const bool is_wanted = tm_keys_place(keys, TM_KEY_PROJECT) >= 0;

	if (projects && !is_wanted)
		tm_misuse("--projects is for --by project");
	if (is_wanted && !projects)
		projects = tm_projects_new();
	keys->sources.projects = projects;
}

static void set_keys(
		struct report_options *options, const struct pending *pending)
{
	const char *problem;

	options->by.sources.bin_ns = pending->bin_ns;
	options->by.sources.netnames = pending->netnames;
	if (pending->netnames &&
			(!pending->by || !strstr(pending->by, "network")))
		tm_misuse("--network-names is for --by network");
	if (pending->bin_ns)
		tm_keys_add(&options->by, TM_KEY_BIN);
	problem = tm_keys_parse(&options->by, TM_KEY_FOR_REPORT,
			pending->by ? pending->by : "user");
	if (problem)
		errx(TM_MISUSED, "--by: %s", problem);
	set_projects(&options->by, pending->projects);
}

static void set_sum(struct report_options *options, const char *list)
{
	size_t length;

	options->has_bytes = options->has_packets = !list;
	for (; list && *list; list += length + (list[length] == ',')) {
		length = strcspn(list, ",");
		if (length == 5 && !memcmp(list, "bytes", length))
			options->has_bytes = true;
		else if (length == 7 && !memcmp(list, "packets", length))
			options->has_packets = true;
		else
			errx(TM_MISUSED,
					"--sum: not bytes, packets or both: %s",
					list);
	}
	if (!options->has_bytes && !options->has_packets)
		errx(TM_MISUSED, "--sum: bytes, packets or both");
}

/* Without a wish: by time where the rows are, as a chronicle, but what is
 * largest comes first where only some are shown. */
static void options_set_order(struct report_options *options, const char *wish)
{
	static const char *const measures[] = { [TM_BY_TOTAL] = "total",
		[TM_BY_IN] = "in",
		[TM_BY_OUT] = "out",
		[TM_BY_PACKETS] = "packets",
		[TM_BY_LOST] = "lost" };
	const int time = tm_keys_time(&options->by);
	int key;

	if (!wish && time >= 0 && (!options->top || options->top == TOP_ALL)) {
		options->order = (struct tm_order){ TM_BY_KEY, time };
		return;
	}
	options->order.measure =
			options->has_bytes ? TM_BY_TOTAL : TM_BY_PACKETS;
	if (!wish)
		return;
	for (unsigned i = 0; i < sizeof(measures) / sizeof(*measures); i++) {
		if (!strcmp(measures[i], wish)) {
			options->order.measure = i;
			return;
		}
	}
	key = !strcmp(wish, "key") || !strcmp(wish, "name")
			? 0
			: tm_keys_place_of(&options->by, wish);
	if (key < 0)
		errx(TM_MISUSED,
				"--sort: neither total, in, out, packets, lost nor a "
				"key of --by: %s",
				wish);
	options->order = (struct tm_order){ TM_BY_KEY, key };
}

/* Connections are pdtt's alone. A log is for streams that have no end. */
static void set_default_style(struct report_options *options)
{
	const bool is_pdtt = options->has_connections;

	if (!options->style)
		options->style = &styles[is_pdtt ? STYLE_PDTT : STYLE_TABLE];
	if (!options->has_interval &&
			(style_is_pdtt(options->style) ||
					(options->log &&
							style_is_table(options->style))))
		options->interval_ns = LOG_NS;
}

/* Whether there are rows that --top could leave out. */
static bool has_top_rows(const struct report_options *options)
{
	return options->style->is_table || options->has_connections ||
			options->style == &styles[STYLE_PROCESSES];
}

static void options_check(const struct report_options *options,
		const struct pending *pending)
{
	const struct style *const style = options->style;
	const char *const wrong = pending->bin_ns	  ? "--bin"
			: pending->sort			  ? "--sort"
			: pending->sum			  ? "--sum"
			: !tm_keys_are_user(&options->by) ? "--by"
							  : NULL;

	if (wrong && !style->is_table)
		tm_misuse("%s: for a table, csv or json, not for %s", wrong,
				style->name);
	if (options->top && !has_top_rows(options))
		tm_misuse("--top: not for %s, which leaves no row out",
				style->name);
	if (options->has_connections && !style_is_pdtt(style))
		tm_misuse("--connections: for pdtt or pdtt-xdp, not for %s",
				style->name);
}

char **report_options_parse(
		struct report_options *options, int argc, char **argv)
{
	struct command_line line = { .options.max_rows = ROWS_DEFAULT };
	const struct pending *const pending = &line.pending;

	argv += tm_tool_parse(&tool, argc, argv, &line);
	*options = line.options;
	set_keys(options, pending);
	set_sum(options, pending->sum);
	options_set_order(options, pending->sort);
	set_default_style(options);
	options_check(options, pending);
	return argv;
}
