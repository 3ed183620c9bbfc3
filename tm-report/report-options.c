#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "report-options.h"

#define PDTT_NS (10 * TM_SECOND_NS)
#define LONGEST_NS (3650 * TM_DAY_NS)
#define ROWS_MOST (1u << 30)
#define ROWS_DEFAULT 1000000

static const char usage[] =
		"usage: tm-report [-nq] [-t INTERVAL] [-l FILE] [--style STYLE |\n"
		"                 --output FORMAT | --oneline USER] [--by KEYS]\n"
		"                 [--bin TIME] [--sort KEY] [--sum WHAT] [--top N]\n"
		"                 [--network-names FILE] [--connections]\n"
		"                 [--alert LIMIT] [--max-rows N] [--strict]\n"
		"                 [EVENTS ...]\n"
		"Reports how much was received and sent, by each user or whatever else:\n"
		"one table at the end, or with -t or -l a report at each interval and\n"
		"one more at the end.\n"
		"\n"
		"  -t, --interval TIME   report each TIME (10s, 5m) of the stream, and\n"
		"                        at its end; 0 = at its end only\n"
		"  -l, --log FILE        append to FILE; also show it on a terminal\n"
		"      --style STYLE     pdtt (with -t or -l), pdtt-xdp, processes,\n"
		"                        table\n"
		"      --output FORMAT   table, csv or json\n"
		"      --oneline USER    a line for programs, as vnstat's\n"
		"      --by KEYS         a row for each user, pid, process, local,\n"
		"                        remote, network, port, local_port, remote_port,\n"
		"                        protocol, interface, cgroup, direction, hour,\n"
		"                        day; several joined by commas (user)\n"
		"      --bin TIME        and for each TIME (15m, 1h) of the clock\n"
		"      --sort KEY        by total, in, out, packets or lost, the largest\n"
		"                        first; or by one of the keys\n"
		"      --sum WHAT        bytes, packets (both)\n"
		"      --top N           rows in a table; the rest is summed up\n"
		"      --network-names FILE  names for networks: lines NETWORK NAME\n"
		"      --connections     pdtt: each connection with its process, too\n"
		"      --alert LIMIT     name users above LIMIT (10G), exit with 5\n"
		"      --max-rows N      rows kept in memory (1000000); beyond that the\n"
		"                        smallest are summed up\n"
		"  -n, --numeric         numbers in place of names\n"
		"  -q, --quiet           no notes, no progress\n"
		"      --strict          exit with 4 when events were lost\n"
		"  -h, --help            this text\n"
		"  -V, --version         the version\n"
		"\n"
		"EVENTS are recordings, also packed by gzip; none or - is standard\n"
		"input. SIGHUP opens the log anew, SIGUSR1 prints statistics.\n";

/* Options that depend on others, until all are known. */
struct pending {
	const char *by, *sort, *sum;
	uint64_t bin_ns;
	const struct netnames *netnames;
};

static const struct style *find_style(
		const char *option, const char *name, const struct style *known)
{
	char list[64] = "";

	for (const struct style *style = known; style->name; style++) {
		if (!strcmp(style->name, name))
			return style;
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
				"%s%s",
				style == known			? ""
						: style[1].name ? ", "
								: " or ",
				style->name);
	}
	errx(TM_MISUSED, "%s: no such %s: %s; it is %s", option, option + 2,
			name, list);
}

static uint64_t parse_count(const char *option, const char *text)
{
	uint64_t count;

	if (!tm_number_parse(text, ROWS_MOST, &count) || !count)
		errx(TM_MISUSED, "%s: not a number from 1 to %u: %s", option,
				ROWS_MOST, text);
	return count;
}

static uint64_t parse_time(const char *option, const char *text)
{
	uint64_t ns;

	if (!tm_duration_parse(text, &ns) || ns > LONGEST_NS)
		errx(TM_MISUSED, "%s: not a time such as 10s or 5m: %s", option,
				text);
	return ns;
}

static uint64_t parse_limit(const char *text)
{
	uint64_t bytes;

	if (!tm_size_parse(text, &bytes) || !bytes)
		errx(TM_MISUSED, "--alert: not a size such as 500M or 10G: %s",
				text);
	return bytes;
}

static const struct netnames *load_names(const char *path)
{
	char problem[NETNAMES_PROBLEM];
	const struct netnames *const netnames = netnames_load(path, problem);

	if (!netnames)
		errx(TM_FAILED, "--network-names: %s", problem);
	return netnames;
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	if (fflush(stdout))
		err(TM_FAILED, "standard output");
	exit(TM_DONE);
}

static void set_style(struct report_options *options, const struct style *style)
{
	if (options->style)
		errx(TM_MISUSED, "one --style, --output or --oneline, not two");
	options->style = style;
}

enum {
	STYLE = 256,
	OUTPUT,
	ONELINE,
	BY,
	BIN,
	SORT,
	SUM,
	TOP,
	NETWORK_NAMES,
	CONNECTIONS,
	ALERT,
	MAX_ROWS,
	STRICT
};

/* What a table is of. */
static bool parse_question(struct pending *pending, int option)
{
	switch (option) {
	case BY:
		pending->by = optarg;
		return true;
	case BIN:
		pending->bin_ns = parse_time("--bin", optarg);
		if (!pending->bin_ns)
			errx(TM_MISUSED, "--bin: is 0");
		return true;
	case SORT:
		pending->sort = optarg;
		return true;
	case SUM:
		pending->sum = optarg;
		return true;
	case NETWORK_NAMES:
		pending->netnames = load_names(optarg);
		return true;
	default:
		return false;
	}
}

static void parse_option(struct report_options *options, int option)
{
	switch (option) {
	case 't':
		options->interval_ns = parse_time("-t", optarg);
		options->has_interval = true;
		break;
	case 'l':
		options->log = optarg;
		break;
	case STYLE:
		set_style(options, find_style("--style", optarg, styles));
		break;
	case OUTPUT:
		set_style(options, find_style("--output", optarg, outputs));
		break;
	case ONELINE:
		set_style(options, &oneline_style);
		options->user = optarg;
		break;
	case TOP:
		options->top = parse_count("--top", optarg);
		break;
	case CONNECTIONS:
		options->has_connections = true;
		break;
	case ALERT:
		options->limit = parse_limit(optarg);
		break;
	case MAX_ROWS:
		options->max_rows = parse_count("--max-rows", optarg);
		break;
	case STRICT:
		options->is_strict = true;
		break;
	case 'n':
		options->is_numeric = true;
		break;
	case 'q':
		options->is_quiet = true;
		break;
	case 'h':
		print_and_exit(usage);
		break;
	case 'V':
		print_and_exit("tm-report " TM_VERSION "\n");
		break;
	default:
		fputs("try: tm-report --help\n", stderr);
		exit(TM_MISUSED);
	}
}

static void set_keys(
		struct report_options *options, const struct pending *pending)
{
	const char *problem = NULL;

	options->by.bin_ns = pending->bin_ns;
	options->by.netnames = pending->netnames;
	if (pending->netnames &&
			(!pending->by || !strstr(pending->by, "network")))
		errx(TM_MISUSED, "--network-names is for --by network");
	if (pending->bin_ns)
		problem = keys_parse(&options->by, "bin");
	if (!problem)
		problem = keys_parse(&options->by,
				pending->by ? pending->by : "user");
	if (problem)
		errx(TM_MISUSED, "--by: %s", problem);
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
static void set_order(struct report_options *options, const char *wish)
{
	static const char *const measures[] = { [BY_TOTAL] = "total",
		[BY_IN] = "in",
		[BY_OUT] = "out",
		[BY_PACKETS] = "packets",
		[BY_LOST] = "lost" };
	const int time = keys_time(&options->by);
	int key;

	if (!wish && time >= 0 && !options->top) {
		options->order = (struct order){ BY_KEY, time };
		return;
	}
	options->order.measure = options->has_bytes ? BY_TOTAL : BY_PACKETS;
	if (!wish)
		return;
	for (unsigned i = 0; i < sizeof(measures) / sizeof(*measures); i++) {
		if (!strcmp(measures[i], wish)) {
			options->order.measure = i;
			return;
		}
	}
	key = keys_find(&options->by, wish);
	if (key < 0)
		errx(TM_MISUSED,
				"--sort: neither total, in, out, packets, lost nor a "
				"key of --by: %s",
				wish);
	options->order = (struct order){ BY_KEY, key };
}

static void set_default_style(struct report_options *options, bool is_asked)
{
	const bool is_pdtt = options->has_connections ||
			(!is_asked && (options->has_interval || options->log));

	if (!options->style)
		options->style = find_style(
				"--style", is_pdtt ? "pdtt" : "table", styles);
	if (!options->has_interval && style_is_pdtt(options->style))
		options->interval_ns = PDTT_NS;
}

static void check(const struct report_options *options,
		const struct pending *pending)
{
	const struct style *const style = options->style;
	const char *const wrong = pending->bin_ns      ? "--bin"
			: pending->sort		       ? "--sort"
			: pending->sum		       ? "--sum"
			: !keys_are_user(&options->by) ? "--by"
						       : NULL;

	if (wrong && !style->is_table)
		errx(TM_MISUSED, "%s: for a table, csv or json, not for %s",
				wrong, style->name);
	if (options->has_connections && !style_is_pdtt(style))
		errx(TM_MISUSED,
				"--connections: for pdtt or pdtt-xdp, not "
				"for %s",
				style->name);
}

void report_options_parse(struct report_options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "interval", required_argument, NULL, 't' },
		{ "log", required_argument, NULL, 'l' },
		{ "style", required_argument, NULL, STYLE },
		{ "output", required_argument, NULL, OUTPUT },
		{ "oneline", required_argument, NULL, ONELINE },
		{ "by", required_argument, NULL, BY },
		{ "bin", required_argument, NULL, BIN },
		{ "sort", required_argument, NULL, SORT },
		{ "sum", required_argument, NULL, SUM },
		{ "top", required_argument, NULL, TOP },
		{ "network-names", required_argument, NULL, NETWORK_NAMES },
		{ "connections", no_argument, NULL, CONNECTIONS },
		{ "alert", required_argument, NULL, ALERT },
		{ "max-rows", required_argument, NULL, MAX_ROWS },
		{ "numeric", no_argument, NULL, 'n' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "strict", no_argument, NULL, STRICT },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct pending pending = { 0 };
	int option;

	options->max_rows = ROWS_DEFAULT;
	while ((option = getopt_long(argc, argv, "t:l:nqhV", known, NULL)) !=
			-1) {
		if (!parse_question(&pending, option))
			parse_option(options, option);
	}
	set_keys(options, &pending);
	set_sum(options, pending.sum);
	set_order(options, pending.sort);
	set_default_style(options,
			pending.by || pending.bin_ns || pending.sort ||
					pending.sum);
	check(options, &pending);
}
