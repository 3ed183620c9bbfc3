#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "top-options.h"

#define LEAST_NS (TM_SECOND_NS / 10)
#define MOST_NS TM_DAY_NS
#define COUNT_MOST 1000000000
#define ROWS_MOST (1u << 26)
#define ROWS_DEFAULT 131072

static const char usage[] =
		"usage: tm-top [-nq] [-e EXPRESSION] [-t TIME] [--by KEY] [--sort KEY]\n"
		"              [--bytes] [--speed N] [--max-rows N] [--strict]\n"
		"              [--batch [--count N]] [EVENTS ...]\n"
		"Shows live who moves how much: users, their processes, and the hosts\n"
		"that these talk to. Press ? in it for its keys.\n"
		"\n"
		"  -e, --expression EXPRESSION  show only what it is true of, as\n"
		"                      tm-filter(1) does; repeated: all must be true\n"
		"  -t, --interval TIME  draw at least that often (1s); with --batch print\n"
		"                      each TIME of the stream (10s)\n"
		"      --by KEY        begin with each user, process or remote\n"
		"      --sort KEY      by name, 2s, 10s, 40s or total\n"
		"      --bytes         rates in bytes, not bits, a second\n"
		"      --speed N       replay a recording N times as fast (10x, 0.5x), or\n"
		"                      max\n"
		"      --max-rows N    rows kept in memory (131072); beyond that those\n"
		"                      that are idle are summed up\n"
		"      --batch         print plain tables, for scripts and logs; of a\n"
		"                      recording one at its end, unless -t is given\n"
		"      --count N       end after N of these tables\n"
		"  -n, --numeric       user numbers in place of names\n"
		"  -q, --quiet         no notes\n"
		"      --strict        exit with 4 when events were lost\n"
		"  -h, --help          this text\n"
		"  -V, --version       the version\n"
		"\n"
		"EVENTS are recordings, also packed by gzip, which are replayed at the\n"
		"pace of their own time; none or - is standard input.\n";

enum { BY = 256, SORT, BYTES, SPEED, MAX_ROWS, BATCH, COUNT, STRICT };

static uint64_t parse_count(const char *option, const char *text,
		uint64_t least, uint64_t most)
{
	uint64_t count;

	if (!tm_number_parse(text, most, &count) || count < least)
		errx(TM_MISUSED, "%s: not a number from %ju to %ju: %s", option,
				(uintmax_t)least, (uintmax_t)most, text);
	return count;
}

static unsigned parse_key(
		const char *option, const char *text, const char *const *keys)
{
	char known[64] = "";

	for (unsigned i = 0; keys[i]; i++) {
		if (!strcmp(keys[i], text))
			return i;
		strcat(strcat(known, i ? keys[i + 1] ? ", " : " or " : ""),
				keys[i]);
	}
	errx(TM_MISUSED, "%s: no such key: %s; it is %s", option, text, known);
}

static double parse_speed(const char *text)
{
	char *end;
	const double speed = strtod(text, &end);

	if (!strcmp(text, "max"))
		return 0;
	end += *end == 'x';
	if (!isdigit((unsigned char)*text) || *end ||
			!(speed >= 0.01 && speed <= SPEED_MOST))
		errx(TM_MISUSED,
				"--speed: not max nor a number from 0.01 to %d: %s",
				SPEED_MOST, text);
	return speed;
}

static void parse_interval(struct top_options *options, const char *text)
{
	if (!tm_duration_parse(text, &options->interval_ns) ||
			options->interval_ns < LEAST_NS ||
			options->interval_ns > MOST_NS)
		errx(TM_MISUSED, "-t: not a time from 100ms to 1d: %s", text);
}

static void add_expression(struct top_options *options, const char *text)
{
	const size_t count = options->expression_count++;

	options->expressions = realloc(options->expressions,
			(count + 2) * sizeof(*options->expressions));
	if (!options->expressions)
		err(TM_FAILED, NULL);
	options->expressions[count] = text;
	options->expressions[count + 1] = NULL;
}

/* top's users write --batch -n 1 for --count 1; a file of that name would be
 * ./1. */
static bool is_count(const struct top_options *options, const char *next)
{
	return options->is_batch && next && *next &&
			!next[strspn(next, "0123456789")];
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	if (fflush(stdout))
		err(TM_FAILED, "standard output");
	exit(TM_DONE);
}

static void parse_option(struct top_options *options, int option)
{
	static const char *const levels[] = { "user", "process", "remote",
		NULL };
	static const char *const columns[] = { "name", "2s", "10s", "40s",
		"total", NULL };

	switch (option) {
	case 'e':
		add_expression(options, optarg);
		break;
	case 't':
		parse_interval(options, optarg);
		break;
	case BY:
		options->level = parse_key("--by", optarg, levels);
		break;
	case SORT:
		options->column = parse_key("--sort", optarg, columns);
		options->has_column = true;
		break;
	case BYTES:
		options->is_bytes = true;
		break;
	case SPEED:
		options->speed = parse_speed(optarg);
		break;
	case MAX_ROWS:
		options->max_rows = parse_count(
				"--max-rows", optarg, TABLE_LEAST, ROWS_MOST);
		break;
	case BATCH:
		options->is_batch = true;
		break;
	case COUNT:
		options->count = parse_count("--count", optarg, 1, COUNT_MOST);
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
		print_and_exit("tm-top " TM_VERSION "\n");
		break;
	default:
		fputs("try: tm-top --help\n", stderr);
		exit(TM_MISUSED);
	}
}

void top_options_parse(struct top_options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "expression", required_argument, NULL, 'e' },
		{ "interval", required_argument, NULL, 't' },
		{ "by", required_argument, NULL, BY },
		{ "sort", required_argument, NULL, SORT },
		{ "bytes", no_argument, NULL, BYTES },
		{ "speed", required_argument, NULL, SPEED },
		{ "max-rows", required_argument, NULL, MAX_ROWS },
		{ "batch", no_argument, NULL, BATCH },
		{ "count", required_argument, NULL, COUNT },
		{ "numeric", no_argument, NULL, 'n' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "strict", no_argument, NULL, STRICT },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct top_options){
		.speed = -1, .column = BY_10, .max_rows = ROWS_DEFAULT
	};
	while ((option = getopt_long(argc, argv, "e:t:nqhV", known, NULL)) !=
			-1) {
		if (option == 'n' && is_count(options, argv[optind]))
			options->count = parse_count(
					"-n", argv[optind++], 1, COUNT_MOST);
		else
			parse_option(options, option);
	}
	if (options->speed < 0)
		options->speed = options->is_batch ? 0 : 1;
	if (options->count && !options->is_batch)
		errx(TM_MISUSED, "--count: counts the tables of --batch");
}
