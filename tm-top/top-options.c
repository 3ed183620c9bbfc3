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

/* top's users write --batch -n 1 for --count 1; a file of that name would be
 * ./1. */
static bool is_count(const struct top_options *options, const char *next)
{
	return options->is_batch && next && *next &&
			!next[strspn(next, "0123456789")];
}

static void top_take_n(
		struct command_line *line, const struct tm_option *option)
{
	if (is_count(&line->options, line->argv[optind]))
		line->options.count = tm_option_number(
				option, line->argv[optind++], 1, COUNT_MOST);
	else
		line->options.is_numeric = true;
}

enum { BY = TM_OPTION, SORT, BYTES, SPEED, MAX_ROWS, BATCH, COUNT, STRICT, SI };

#define FLAG(member) TM_FLAG(struct command_line, options.member)

static const struct tm_option known[] = {
	{ "expression", 'e', "EXPRESSION",
			"show only events for which it is true, as in\n"
			"tm-filter(1); repeatable, all must be true",
			0 },
	{ "interval", 't', "TIME",
			"redraw at least that often (1s); with --batch,\n"
			"print every TIME of the stream (10s)",
			0 },
	{ "by", BY, "KEY", "start with users, processes or remotes", 0 },
	{ "sort", SORT, "KEY", "by name, 2s, 10s, 40s or total", 0 },
	{ "bytes", BYTES, NULL, "rates in bytes per second instead of bits",
			FLAG(is_bytes) },
	{ "speed", SPEED, "N",
			"replay a recording N times as fast (10x, 0.5x),\n"
			"or max",
			0 },
	{ "max-rows", MAX_ROWS, "N",
			"rows kept in memory (131072); beyond that,\n"
			"idle ones are summed up",
			0 },
	{ "batch", BATCH, NULL,
			"print plain tables, for scripts and logs; for a\n"
			"recording, one at its end unless -t is given",
			FLAG(is_batch) },
	{ "count", COUNT, "N", "stop after N of these tables", 0 },
	{ "si", SI, NULL, "sizes in powers of 1000 (kB, MB), not 1024", 0 },
	{ "numeric", 'n', NULL, "user numbers instead of names", 0 },
	{ "quiet", 'q', NULL, "no notes", FLAG(is_quiet) },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			FLAG(is_strict) },
};

static void top_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	static const char *const levels[] = { "user", "process", "remote",
		NULL };
	static const char *const columns[] = { "name", "2s", "10s", "40s",
		"total", NULL };
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
		options->level = tm_option_choice(option, argument, levels);
		break;
	case SORT:
		options->column = tm_option_choice(option, argument, columns);
		options->has_column = true;
		break;
	case SPEED:
		options->speed = top_parse_speed(option, argument);
		break;
	case MAX_ROWS:
		options->max_rows = tm_option_number(
				option, argument, TABLE_LEAST, ROWS_MOST);
		break;
	case COUNT:
		options->count = tm_option_number(
				option, argument, 1, COUNT_MOST);
		break;
	case SI:
		tm_size_use_decimal();
		break;
	case 'n':
		top_take_n(line, option);
		break;
	}
}

static const struct tm_tool tool = {
	.usage = "usage: tm-top [-nq] [-e EXPRESSION] [-t TIME] [--by KEY] [--sort KEY]\n"
		 "              [--bytes] [--speed N] [--max-rows N] [--strict]\n"
		 "              [--batch [--count N]] [EVENTS ...]\n"
		 "Shows live who moves how much: users, their processes and their\n"
		 "remotes. Press ? for the keys.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"EVENTS are recordings, gzipped or not, which are replayed at their own\n"
		"pace; without them, or with -, reads standard input.\n",
	.take = top_take_option,
};

char **top_options_parse(struct top_options *options, int argc, char **argv)
{
	struct command_line line = { .argv = argv,
		.options = { .speed = -1,
				.column = BY_10,
				.max_rows = ROWS_DEFAULT } };

	argv += tm_tool_parse(&tool, argc, argv, &line);
	*options = line.options;
	if (options->speed < 0)
		options->speed = options->is_batch ? 0 : 1;
	if (options->count && !options->is_batch)
		tm_misuse("--count: counts the tables of --batch");
	return argv;
}
