#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "common/base/text.h"
#include "descriptors.h"
#include "options.h"

#define OPTIONS_MOST 64
#define COLUMN_MOST 34 /* column of the help texts, at most */
#define LINE_MOST 80

static const struct tm_option common[] = {
	{ "help", 'h', NULL, "this text", 0 },
	{ "version", 'V', NULL, "the version", 0 },
};

/* The options in the order of --help. */
struct list {
	const struct tm_option *all[OPTIONS_MOST];
	const char *given[OPTIONS_MOST]; /* values of those with TM_ONCE */
	size_t count;
};

static bool options_have(
		const struct list *list, const struct tm_option *option)
{
	for (size_t i = 0; i < list->count && option->name; i++) {
		if (list->all[i]->name &&
				!strcmp(list->all[i]->name, option->name))
			return true;
	}
	return false;
}

static void options_add(struct list *list, const struct tm_option *option)
{
	if (list->count < OPTIONS_MOST && !options_have(list, option))
		list->all[list->count++] = option;
}

/* --help shows neither old spellings nor what has moved. */
static bool is_option_shown(const struct tm_option *option)
{
	return option->help && (!option->name || option->letter != TM_MOVED);
}

/* Its place is before the tool's first heading, if it has any. */
static void add_common(struct list *list)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		options_add(list, &common[i]);
}

static void list_options(struct list *list, const struct tm_tool *tool)
{
	for (size_t i = 0; i < tool->option_count; i++) {
		if (!tool->options[i].name)
			add_common(list);
		options_add(list, &tool->options[i]);
	}
	add_common(list);
}

static void options_add_shown(struct list *list, const struct tm_option *option)
{
	if (is_option_shown(option))
		options_add(list, option);
}

static void list_help(struct list *list, const struct tm_tool *tool)
{
	struct list own = { .count = 0 };

	list_options(&own, tool);
	for (size_t i = 0; i < own.count; i++)
		options_add_shown(list, own.all[i]);
	for (const struct tm_tool *const *command = tool->commands;
			command && *command; command++) {
		for (size_t i = 0; i < (*command)->option_count; i++)
			options_add_shown(list, &(*command)->options[i]);
	}
}

static bool is_optional(const struct tm_option *option)
{
	return option->argument && *option->argument == '[';
}

static const char *space_of(const struct tm_option *option)
{
	return option->argument && !is_optional(option) ? " " : "";
}

/* --help */

static size_t option_width(const struct tm_option *option)
{
	return strlen("  -x, --") + strlen(option->name) +
			strlen(space_of(option)) +
			(option->argument ? strlen(option->argument) : 0);
}

static size_t longest_line(const char *lines)
{
	size_t longest = 0, size;

	for (; *lines; lines += size + !!lines[size]) {
		size = strcspn(lines, "\n");
		if (size > longest)
			longest = size;
	}
	return longest;
}

/* The column of the help texts; longer options have a line of their own. */
static size_t find_column(const struct list *list)
{
	size_t column = 0, most = COLUMN_MOST, size;

	for (size_t i = 0; i < list->count; i++) {
		size = list->all[i]->name ? longest_line(list->all[i]->help)
					  : 0;
		if (LINE_MOST - size < most)
			most = LINE_MOST - size;
	}
	for (size_t i = 0; i < list->count; i++) {
		size = list->all[i]->name ? option_width(list->all[i]) + 2 : 0;
		if (size > column && size <= most)
			column = size;
	}
	return column;
}

/* As many words as fit a line, but at least one. */
static size_t fit_words(const char *words, size_t room)
{
	size_t size = strcspn(words, " "), next;

	while (words[size]) {
		next = size + 1 + strcspn(words + size + 1, " ");
		if (next > room)
			break;
		size = next;
	}
	return size;
}

static void put_words(struct tm_text *text, const char *words, size_t column)
{
	size_t size;

	for (; *words; words += size + !!words[size]) {
		size = fit_words(words, LINE_MOST - column);
		tm_text_format(text, "%*s%.*s\n", (int)column, "", (int)size,
				words);
	}
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
	tm_text_format(text, "--%s%s%s", option->name, space_of(option),
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

static const char *words_of(
		const struct tm_tool *tool, const struct tm_option *option)
{
	const char *words = NULL;

	if (tool->words && option >= tool->options &&
			option < tool->options + tool->option_count)
		words = tool->words(option);
	for (const struct tm_tool *const *command = tool->commands;
			!words && command && *command; command++)
		words = words_of(*command, option);
	return words;
}

static void put_usage(struct tm_text *text, const struct tm_tool *tool)
{
	struct list list = { .count = 0 };
	const char *words;
	size_t column;

	list_help(&list, tool);
	column = find_column(&list);
	tm_text_string(text, tool->usage);
	for (size_t i = 0; i < list.count; i++) {
		words = words_of(tool, list.all[i]);
		if (list.all[i]->name)
			put_help(text, list.all[i], column);
		else
			tm_text_format(text, "%s\n", list.all[i]->help);
		if (words)
			put_words(text, words, column);
	}
	if (tool->rest)
		tm_text_string(text, tool->rest);
}

/* Where an earlier part failed, the last one may still succeed. */
void tm_stdout_finish(void)
{
	const bool has_failed = ferror(stdout);

	if (fflush(stdout))
		err(TM_FAILED, "standard output");
	if (has_failed)
		errx(TM_FAILED, "standard output: not all of it was written");
}

static _Noreturn void print_and_exit(const struct tm_text *text)
{
	if (text->error)
		errx(TM_FAILED, "%s", strerror(text->error));
	fwrite(text->at, 1, text->size, stdout);
	tm_stdout_finish();
	exit(TM_DONE);
}

static _Noreturn void print_help(const struct tm_tool *tool)
{
	struct tm_text text = { 0 };

	put_usage(&text, tool->whole ? tool->whole : tool);
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

/* The command line */

struct getopt_tables {
	struct option longs[OPTIONS_MOST + 1];
	const struct tm_option *of[OPTIONS_MOST];
	char shorts[2 * OPTIONS_MOST + 1];
};

static void options_make_tables(
		struct getopt_tables *tables, const struct list *list)
{
	size_t count = 0;
	char *letter = tables->shorts;

	for (size_t i = 0; i < list->count; i++) {
		const struct tm_option *const option = list->all[i];

		if (!option->name)
			continue;
		tables->of[count] = option;
		tables->longs[count++] = (struct option){ option->name,
			is_optional(option)		   ? optional_argument
					: option->argument ? required_argument
							   : no_argument,
			NULL, option->letter };
		if (option->letter >= TM_OPTION || !is_option_shown(option))
			continue;
		*letter++ = option->letter;
		if (option->argument)
			*letter++ = ':';
	}
}

static const struct tm_option *options_find(const struct list *list, int letter)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->all[i]->name && list->all[i]->letter == letter)
			return list->all[i];
	}
	try_help(); /* getopt has printed the reason */
}

/* An option by which something is selected or named has one value: with another
 * one, what is printed would silently be about one of them only. */
static void options_note_once(struct list *list, const struct tm_option *option)
{
	size_t i = 0;

	while (list->all[i] != option)
		i++;
	if (list->given[i] && strcmp(list->given[i], optarg))
		tm_misuse("--%s: takes one value, not both %s and %s",
				option->name, list->given[i], optarg);
	list->given[i] = optarg;
}

static void options_take(const struct tm_tool *tool,
		const struct tm_option *option, void *context)
{
	if (option->letter == TM_MOVED)
		errx(TM_MISUSED, "--%s: %s", option->name, option->help);
	else if (option->letter == 'h')
		print_help(tool);
	else if (option->letter == 'V')
		print_version();
	else if (option->flag && option->flag != TM_ONCE)
		((char *)context)[option->flag - 1] = true;
	else
		tool->take(context, option, optarg);
}

int tm_tool_parse(const struct tm_tool *tool, int argc, char **argv,
		void *context)
{
	struct getopt_tables tables = { 0 };
	const struct tm_option *option;
	struct list list = { .count = 0 };
	int letter, at = -1;

	/* a file that may not grow is an error of the write, not the end */
	signal(SIGXFSZ, SIG_IGN);
	tm_descriptors_reserve();
	list_options(&list, tool);
	options_make_tables(&tables, &list);
	for (; (letter = getopt_long(argc, argv, tables.shorts, tables.longs,
				&at)) != -1;
			at = -1) {
		option = letter == TM_MOVED ? tables.of[at]
					    : options_find(&list, letter);
		if (option->flag == TM_ONCE)
			options_note_once(&list, option);
		options_take(tool, option, context);
	}
	return optind;
}
