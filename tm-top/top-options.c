#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/tool/options.h"
#include "top-options.h"

#define LEAST_NS (TM_SECOND_NS / 10)
#define MOST_NS TM_DAY_NS
#define COUNT_MOST 1000000000
#define ROWS_MOST (1u << 26)
#define ROWS_DEFAULT 131072

struct command_line {
	struct top_options options;
	char **argv;
	const char *n;	  /* the number after -n */
	const char *sort; /* the key to sort by, if it is one */
};

static double top_parse_speed(const struct tm_option *option, const char *text)
{
	char *end;
	const double speed = strtod(text, &end);

	if (!strcmp(text, "max"))
		return 0;
	end += *end == 'x';
	if (!isdigit((unsigned char)*text) || *end ||
			!(speed >= 0.01 && speed <= SPEED_MOST))
		tm_option_refuse(option, text,
				"not max nor a number from 0.01 to %d",
				SPEED_MOST);
	return speed;
}

static void options_add_expression(
		struct top_options *options, const char *text)
{
	const size_t count = options->expression_count++;

	options->expressions = realloc(options->expressions,
			(count + 2) * sizeof(*options->expressions));
	if (!options->expressions)
		err(TM_FAILED, NULL);
	options->expressions[count] = text;
	options->expressions[count + 1] = NULL;
}

/* In tm-top, as in top(1), --batch -n 5 is --count 5. Whether there is a
 * --batch is known at the end. */
static void top_take_n(struct command_line *line)
{
	const char *const next = line->argv[optind];

	if (next && *next && !next[strspn(next, "0123456789")])
		line->n = line->argv[optind++];
	else
		line->options.is_numeric = true;
}

/* "in" and "out" are the totals of one direction. */
static void top_take_sort(struct command_line *line, const char *argument)
{
	static const struct {
		const char *name;
		struct sorting sorting;
	} known[] = {
		{ "2s", { .column = BY_2 } },
		{ "10s", { .column = BY_10 } },
		{ "40s", { .column = BY_40 } },
		{ "total", { .column = BY_TOTAL } },
		{ "in", { .column = BY_TOTAL, .way = ONLY_IN } },
		{ "out", { .column = BY_TOTAL, .way = ONLY_OUT } },
		{ "packets", { .column = BY_PACKETS } },
		{ "peak", { .column = BY_PEAK } },
		{ "key", { .column = BY_NAME } },
		{ "name", { .column = BY_NAME } },
	};

	line->sort = argument;
	line->options.has_sorting = true;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].name, argument))
			continue;
		line->options.sorting = known[i].sorting;
		line->sort = NULL;
	}
}

enum {
	BY = TM_OPTION,
	SORT,
	BYTES,
	SPEED,
	TOP,
	MAX_ROWS,
	BATCH,
	COUNT,
	STRICT,
	PROJECTS,
	NO_LOOPBACK,
	SI
};

#define FLAG(member) TM_FLAG(struct command_line, options.member)

static const struct tm_option known[] = {
	{ "expression", 'e', "EXPRESSION",
			"only events for which this is true, see\n"
			"tm-filter(1); may be repeated",
			0 },
	{ "interval", 't', "DURATION",
			"report every DURATION of the stream with --batch\n"
			"(10s); otherwise redraw at least that often (1s)",
			0 },
	{ "by", BY, "KEYS", "a row for each value of these keys (user):", 0 },
	{ "projects", PROJECTS, "FILE",
			"projects: lines 'user NAME PROJECT' or\n"
			"'job MANAGER/ID PROJECT'",
			TM_ONCE },
	{ "sort", SORT, "KEY",
			"by total, in, out, packets, 2s, 10s, 40s or peak,\n"
			"the largest first; or by one of the keys",
			0 },
	{ "bytes", BYTES, NULL, "rates in bytes per second instead of bits",
			FLAG(is_bytes) },
	{ "speed", SPEED, "N",
			"N times as fast as recorded (10x, 0.5x), or max,\n"
			"as fast as possible",
			0 },
	{ "max-rows", MAX_ROWS, "N",
			"rows kept in memory (131072); if there are more,\n"
			"idle ones lose their details",
			0 },
	{ "batch", BATCH, NULL,
			"print plain tables for scripts and logs: of a\n"
			"recording one, unless -t is given",
			FLAG(is_batch) },
	{ "count", COUNT, "N", "stop after N tables of --batch", 0 },
	{ "iterations", COUNT, "N", NULL, 0 },
	{ "top", TOP, "N",
			"show N rows of each table of --batch and sum up\n"
			"the others; 0 = all",
			0 },
	{ "no-loopback", NO_LOOPBACK, NULL,
			"leave out traffic within this machine",
			FLAG(has_no_loopback) },
	{ "si", SI, NULL, "sizes in powers of 1000 (kB, MB), not 1024", 0 },
	{ "numeric", 'n', NULL, "numbers instead of names", 0 },
	{ "quiet", 'q', NULL, "no notes, only warnings and errors",
			FLAG(is_quiet) },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			FLAG(is_strict) },
};

static const char *top_words(const struct tm_option *option)
{
	return option->letter == BY ? tm_keys_words(TM_KEY_FOR_TOP) : NULL;
}

static void top_take_by(struct top_options *options, const char *argument)
{
	struct tm_keys by = { .count = 0 };
	const char *const problem =
			tm_keys_parse(&by, TM_KEY_FOR_TOP, argument);

	if (problem)
		errx(TM_MISUSED, "--by: %s", problem);
	options->by = by;
}

static void top_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct command_line *const line = context;
	struct top_options *const options = &line->options;

	switch (option->letter) {
	case 'e':
		options_add_expression(options, argument);
		break;
	case 't':
		options->interval_ns = tm_option_duration(
				option, argument, LEAST_NS, MOST_NS);
		break;
	case BY:
		top_take_by(options, argument);
		break;
	case PROJECTS:
		options->projects = tm_option_projects(option, argument);
		break;
	case SORT:
		top_take_sort(line, argument);
		break;
	case SPEED:
		options->speed = top_parse_speed(option, argument);
		break;
	case MAX_ROWS:
		options->max_rows = tm_option_number(
				option, argument, FLOWS_LEAST, ROWS_MOST);
		break;
	case COUNT:
		options->count = tm_option_number(
				option, argument, 1, COUNT_MOST);
		break;
	case TOP:
		options->top = tm_option_number(
				option, argument, 0, COUNT_MOST);
		break;
	case SI:
		tm_size_use_decimal();
		break;
	case 'n':
		top_take_n(line);
		break;
	}
}

static const struct tm_tool tool = {
	.usage = "usage: tm-top [-nq] [-e EXPRESSION] [-t DURATION] [--by KEYS] [--sort KEY]\n"
		 "              [--bytes] [--si] [--no-loopback] [--speed N] [--max-rows N]\n"
		 "              [--projects FILE] [--strict] [--batch [--count N] [--top N]]\n"
		 "              [EVENTS ...]\n"
		 "Shows live who sends and receives how much: users, their processes,\n"
		 "remotes, services and connections; jobs, units, containers, logins\n"
		 "and commands. Press ? for the keys.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"EVENTS are recordings, gzipped or not, which are replayed at their original\n"
		"pace. Without them, or with -, reads standard input:\n"
		"  sudo tm-capture --every 1s | tm-top\n",
	.take = top_take_option,
	.words = top_words,
};

/* In the view, projects may be listed later. */
static void top_finish_projects(struct top_options *options)
{
	const bool is_asked = tm_keys_place(&options->by, TM_KEY_PROJECT) >= 0;

	if (options->projects && options->is_batch && !is_asked &&
			!options->expressions)
		tm_misuse("--projects is for --by project");
	if (is_asked && !options->projects)
		options->projects = tm_projects_new();
}

/* What could not be decided before all options were known. */
static void top_finish(struct command_line *line)
{
	struct top_options *const options = &line->options;
	int key;

	if (line->n && !options->is_batch)
		tm_misuse("-n %s: is --count, which counts the tables of "
			  "--batch; a file of that name is ./%s",
				line->n, line->n);
	if (line->n &&
			(!tm_number_parse(line->n, COUNT_MOST,
					 &options->count) ||
					!options->count))
		tm_misuse("-n: not a number from 1 to %d: %s", COUNT_MOST,
				line->n);
	if (!options->by.count)
		tm_keys_add(&options->by, TM_KEY_USER);
	top_finish_projects(options);
	if (line->sort) {
		key = tm_keys_place_of(&options->by, line->sort);
		if (key < 0)
			tm_misuse("--sort: not 2s, 10s, 40s, total, in, out, "
				  "packets, peak nor a key of --by: %s",
					line->sort);
		options->sorting = (struct sorting){ .column = BY_NAME,
			.key = key };
	}
	if (options->speed < 0)
		options->speed = options->is_batch ? 0 : 1;
	if (options->count && !options->is_batch)
		tm_misuse("--count: counts the tables of --batch");
	if (options->top && !options->is_batch)
		tm_misuse("--top: limits the tables of --batch");
}

char **top_options_parse(struct top_options *options, int argc, char **argv)
{
	struct command_line line = { .argv = argv,
		.options = { .speed = -1,
				.sorting.column = BY_10,
				.max_rows = ROWS_DEFAULT } };

	argv += tm_tool_parse(&tool, argc, argv, &line);
	top_finish(&line);
	*options = line.options;
	return argv;
}
