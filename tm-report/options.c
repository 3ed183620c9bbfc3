#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exit.h"
#include "common/number.h"
#include "options.h"

#define SECOND_NS UINT64_C(1000000000)
#define PDTT_NS (10 * SECOND_NS)
#define LONGEST_NS (3650 * 86400 * SECOND_NS)
#define ROWS_MOST (1u << 30)
#define ROWS_DEFAULT 1000000

static const char usage[] =
	"usage: tm-report [-nq] [-t INTERVAL] [-l FILE] [--style STYLE |\n"
	"                 --output FORMAT] [--by user] [--top N]\n"
	"                 [--max-rows N] [--strict] [EVENTS ...]\n"
	"Reports how much each user received and sent: one table at the end, or\n"
	"with -t or -l a report at each interval and one more at the end.\n"
	"\n"
	"  -t, --interval TIME   report each TIME (10s, 5m) of the stream, and\n"
	"                        at its end; 0 = at its end only\n"
	"  -l, --log FILE        append to FILE; also show it on a terminal\n"
	"      --style STYLE     pdtt (with -t or -l), pdtt-xdp, or table\n"
	"      --output FORMAT   table, csv or json\n"
	"      --by user         a row for each user\n"
	"      --top N           rows in a table; the rest is summed up\n"
	"      --max-rows N      users kept in memory (1000000); beyond that the\n"
	"                        smallest are summed up\n"
	"  -n, --numeric         user numbers in place of names\n"
	"  -q, --quiet           no notes, no progress\n"
	"      --strict          exit with 4 when events were lost\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n"
	"\n"
	"EVENTS are recordings, also packed by gzip; none or - is standard\n"
	"input. SIGHUP opens the log anew, SIGUSR1 prints statistics.\n";

struct style {
	const char *name;
	style_fn *write;
};

static const struct style styles[] = {{"pdtt", write_pdtt},
	{"pdtt-xdp", write_pdtt_xdp}, {"table", write_table}, {NULL, NULL}};
static const struct style outputs[] = {{"table", write_table},
	{"csv", write_csv}, {"json", write_json}, {NULL, NULL}};

static style_fn *find_style(
	const char *option, const char *name, const struct style *known)
{
	const struct style *style = known;

	for (; style->name; style++) {
		if (!strcmp(style->name, name))
			return style->write;
	}
	errx(TM_MISUSED, "%s: no such %s: %s; it is %s, %s or %s", option,
		option + 2, name, known[0].name, known[1].name, known[2].name);
}

static uint64_t parse_count(const char *option, const char *text)
{
	uint64_t count;

	if (!tm_number_parse(text, ROWS_MOST, &count) || !count)
		errx(TM_MISUSED, "%s: not a number from 1 to %u: %s", option,
			ROWS_MOST, text);
	return count;
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	if (fflush(stdout))
		err(TM_FAILED, "standard output");
	exit(TM_DONE);
}

static void set_style(struct options *options, style_fn *style)
{
	if (options->style)
		errx(TM_MISUSED, "one --style or one --output, not two");
	options->style = style;
}

enum { STYLE = 256, OUTPUT, BY, TOP, MAX_ROWS, STRICT };

static void parse_option(struct options *options, int option)
{
	switch (option) {
	case 't':
		if (!tm_duration_parse(optarg, &options->interval_ns) ||
			options->interval_ns > LONGEST_NS)
			errx(TM_MISUSED, "-t: not a time such as 10s or 5m: %s",
				optarg);
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
	case BY:
		if (strcmp(optarg, "user"))
			errx(TM_MISUSED, "--by: no such key: %s; it is user",
				optarg);
		options->is_by = true;
		break;
	case TOP:
		options->top = parse_count("--top", optarg);
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

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{"interval", required_argument, NULL, 't'},
		{"log", required_argument, NULL, 'l'},
		{"style", required_argument, NULL, STYLE},
		{"output", required_argument, NULL, OUTPUT},
		{"by", required_argument, NULL, BY},
		{"top", required_argument, NULL, TOP},
		{"max-rows", required_argument, NULL, MAX_ROWS},
		{"numeric", no_argument, NULL, 'n'},
		{"quiet", no_argument, NULL, 'q'},
		{"strict", no_argument, NULL, STRICT},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int option;

	options->max_rows = ROWS_DEFAULT;
	while ((option = getopt_long(argc, argv, "t:l:nqhV", known, NULL)) !=
		-1)
		parse_option(options, option);
	if (!options->style)
		options->style = !options->is_by && (options->has_interval ||
							    options->log)
					 ? write_pdtt
					 : write_table;
	if (!options->has_interval && (options->style == write_pdtt ||
					      options->style == write_pdtt_xdp))
		options->interval_ns = PDTT_NS;
}
