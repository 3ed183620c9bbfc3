#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/base/text.h"
#include "options.h"

#define OPTIONS_MOST 64
#define COLUMN_MOST 34 /* where the help may begin */
#define LINE_MOST 80

static const struct tm_option common[] = {
	{ "help", 'h', NULL, "this text", 0 },
	{ "version", 'V', NULL, "the version", 0 },
};

/* The tool's own first. */
static const struct tm_option *nth(const struct tm_tool *tool, size_t i)
{
	return i < tool->option_count ? &tool->options[i]
				      : &common[i - tool->option_count];
}

static size_t count_of(const struct tm_tool *tool)
{
	return tool->option_count + sizeof(common) / sizeof(*common);
}

/* --help */

static size_t width_of(const struct tm_option *option)
{
	return strlen("  -x, --") + strlen(option->name) +
			(option->argument ? 1 + strlen(option->argument) : 0);
}

/* Where the help begins: longer options have a line of their own. */
static size_t find_column(const struct tm_tool *tool)
{
	size_t column = 0, most = COLUMN_MOST, size;

	for (size_t i = 0; i < count_of(tool); i++) {
		const char *line = nth(tool, i)->help;

		for (; nth(tool, i)->name && *line;
				line += size + !!line[size]) {
			size = strcspn(line, "\n");
			if (LINE_MOST - size < most)
				most = LINE_MOST - size;
		}
	}
	for (size_t i = 0; i < count_of(tool); i++) {
		const struct tm_option *const option = nth(tool, i);
		const size_t width = option->name ? width_of(option) + 2 : 0;

		if (width > column && width <= most)
			column = width;
	}
	return column;
}

static void put_help(struct tm_text *text, const struct tm_option *option,
		size_t column)
{
	const size_t begin = text->size;
	const char *line = option->help;
	size_t size, used;

	if (option->letter < TM_OPTION)
		tm_text_format(text, "  -%c, ", option->letter);
	else
		tm_text_string(text, "      ");
	tm_text_format(text, "--%s%s%s", option->name,
			option->argument ? " " : "",
			option->argument ? option->argument : "");
	used = text->size - begin;
	if (used + 2 > column) {
		tm_text_character(text, '\n');
		used = 0;
	}
	for (;; line += size + 1, used = 0) {
		size = strcspn(line, "\n");
		tm_text_format(text, "%*s%.*s\n", (int)(column - used), "",
				(int)size, line);
		if (!line[size])
			break;
	}
}

static void put_usage(struct tm_text *text, const struct tm_tool *tool)
{
	const size_t column = find_column(tool);

	tm_text_string(text, tool->usage);
	for (size_t i = 0; i < count_of(tool); i++) {
		const struct tm_option *const option = nth(tool, i);

		if (option->name)
			put_help(text, option, column);
		else
			tm_text_format(text, "%s\n", option->help);
	}
	if (tool->rest)
		tm_text_string(text, tool->rest);
}

static _Noreturn void print_and_exit(const struct tm_text *text)
{
	if (text->error)
		errx(TM_FAILED, "%s", strerror(text->error));
	fwrite(text->at, 1, text->size, stdout);
	if (fflush(stdout))
		err(TM_FAILED, "standard output");
	exit(TM_DONE);
}

static _Noreturn void print_help(const struct tm_tool *tool)
{
	struct tm_text text = { 0 };

	put_usage(&text, tool);
	print_and_exit(&text);
}

static _Noreturn void print_version(void)
{
	struct tm_text text = { 0 };

	tm_text_format(&text, "%s " TM_VERSION "\n",
			program_invocation_short_name);
	print_and_exit(&text);
}

/* What is wrong */

static _Noreturn void try_help(void)
{
	fprintf(stderr, "try: %s --help\n", program_invocation_short_name);
	exit(TM_MISUSED);
}

_Noreturn void tm_misuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vwarnx(format, arguments);
	va_end(arguments);
	try_help();
}

_Noreturn void tm_option_refuse(const struct tm_option *option,
		const char *argument, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		err(TM_FAILED, NULL);
	va_end(arguments);
	errx(TM_MISUSED, "--%s: %s: %s", option->name, text, argument);
}

uint64_t tm_option_number(const struct tm_option *option, const char *argument,
		uint64_t least, uint64_t most)
{
	uint64_t number;

	if (tm_number_parse(argument, most, &number) && number >= least)
		return number;
	if (!least && most == UINT64_MAX)
		tm_option_refuse(option, argument, "not a number");
	tm_option_refuse(option, argument, "not a number from %ju to %ju",
			(uintmax_t)least, (uintmax_t)most);
}

uint64_t tm_option_duration(const struct tm_option *option,
		const char *argument, uint64_t least_ns, uint64_t most_ns)
{
	uint64_t ns;

	if (!tm_duration_parse(argument, &ns) || ns < least_ns || ns > most_ns)
		tm_option_refuse(option, argument,
				"not a time such as 500ms, 10s, 5m or 2d");
	return ns;
}

uint64_t tm_option_size(const struct tm_option *option, const char *argument)
{
	uint64_t bytes;

	if (!tm_size_parse(argument, &bytes) || !bytes)
		tm_option_refuse(option, argument,
				"not a size such as 500M or 10G");
	return bytes;
}

unsigned tm_option_choice(const struct tm_option *option, const char *argument,
		const char *const *names)
{
	struct tm_text known = { 0 };

	for (unsigned i = 0; names[i]; i++) {
		if (!strcmp(names[i], argument))
			return i;
		if (i)
			tm_text_string(&known, names[i + 1] ? ", " : " or ");
		tm_text_string(&known, names[i]);
	}
	tm_option_refuse(option, argument, "not %.*s", (int)known.size,
			known.at ? known.at : "");
}

/* The command line */

struct getopt_tables {
	struct option longs[OPTIONS_MOST + 1];
	char shorts[2 * OPTIONS_MOST + 1];
};

static void make_tables(
		struct getopt_tables *tables, const struct tm_tool *tool)
{
	struct option *at = tables->longs;
	char *letter = tables->shorts;

	for (size_t i = 0; i < count_of(tool) && i < OPTIONS_MOST; i++) {
		const struct tm_option *const option = nth(tool, i);

		if (!option->name)
			continue;
		*at++ = (struct option){ option->name,
			option->argument ? required_argument : no_argument,
			NULL, option->letter };
		if (option->letter >= TM_OPTION)
			continue;
		*letter++ = option->letter;
		if (option->argument)
			*letter++ = ':';
	}
}

static const struct tm_option *find(const struct tm_tool *tool, int letter)
{
	for (size_t i = 0; i < count_of(tool); i++) {
		if (nth(tool, i)->name && nth(tool, i)->letter == letter)
			return nth(tool, i);
	}
	try_help(); /* getopt has said why */
}

static void take(const struct tm_tool *tool, const struct tm_option *option,
		void *context)
{
	if (option->letter == 'h')
		print_help(tool);
	else if (option->letter == 'V')
		print_version();
	else if (option->flag)
		((char *)context)[option->flag - 1] = true;
	else
		tool->take(context, option, optarg);
}

int tm_tool_parse(const struct tm_tool *tool, int argc, char **argv,
		void *context)
{
	struct getopt_tables tables = { 0 };
	int letter;

	make_tables(&tables, tool);
	while ((letter = getopt_long(argc, argv, tables.shorts, tables.longs,
				NULL)) != -1)
		take(tool, find(tool, letter), context);
	return optind;
}
