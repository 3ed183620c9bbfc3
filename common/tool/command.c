#include <string.h>
#include <unistd.h>

#include "command.h"

#define TYPING_ERRORS 2
#define COMMAND_MOST 16

static size_t commands_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters are put in, left out or changed between two words; two that
 * changed places count as two. */
static size_t commands_distance(const char *word, const char *other)
{
	size_t row[COMMAND_MOST + 1], before, above;

	for (size_t i = 0; i <= COMMAND_MOST; i++)
		row[i] = i;
	for (size_t line = 1; *word; word++, line++) {
		before = row[0];
		row[0] = line;
		for (size_t i = 0; other[i]; i++) {
			above = row[i + 1];
			row[i + 1] = commands_least(
					before + (*word != other[i]),
					1 + commands_least(above, row[i]));
			before = above;
		}
	}
	return row[strlen(other)];
}

/* The option with that name in the tool or one of its commands. */
static const struct tm_option *commands_find_option(
		const struct tm_tool *tool, const char *name, size_t length)
{
	const struct tm_tool *const *command = tool->commands;
	const struct tm_option *found = NULL;

	for (size_t i = 0; i < tool->option_count; i++) {
		const struct tm_option *const option = &tool->options[i];

		if (option->name &&
				(length == 1 ? option->letter == *name
					     : !strncmp(option->name, name,
							       length)))
			return option;
	}
	for (; !found && command && *command; command++)
		found = commands_find_option(*command, name, length);
	return found;
}

/* How many arguments an option occupies, with its value if that is separate. */
static int commands_option_size(const struct tm_tool *tool, const char *text)
{
	const bool is_long = text[1] == '-';
	const char *const name = text + 1 + is_long;
	const struct tm_option *option;

	if (is_long && strchr(name, '='))
		return 1;
	if (is_long) {
		option = commands_find_option(tool, name, strlen(name));
		return option && option->argument ? 2 : 1;
	}
	for (const char *letter = name; *letter; letter++) {
		option = commands_find_option(tool, letter, 1);
		if (option && option->argument)
			return letter[1] ? 1 : 2;
	}
	return 1;
}

static int commands_first_operand(
		const struct tm_tool *tool, int argc, char **argv)
{
	int at = 1;

	while (at < argc && argv[at][0] == '-' && argv[at][1]) {
		if (!strcmp(argv[at], "--"))
			return argc; /* files follow */
		at += commands_option_size(tool, argv[at]);
	}
	return at;
}

static void commands_refuse_nearly(const char *const *names, const char *word)
{
	if (strlen(word) > COMMAND_MOST || !access(word, F_OK))
		return;
	for (; *names; names++) {
		if (commands_distance(word, *names) <= TYPING_ERRORS)
			tm_misuse("unknown command: %s; did you mean %s?", word,
					*names);
	}
}

int tm_command_take(const struct tm_tool *tool, const char *const *names,
		int *argc, char **argv)
{
	const int at = commands_first_operand(tool, *argc, argv);

	if (at >= *argc)
		return -1;
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], argv[at]))
			continue;
		/* including the NULL at the end */
		memmove(argv + at, argv + at + 1, (*argc - at) * sizeof(*argv));
		--*argc;
		return i;
	}
	commands_refuse_nearly(names, argv[at]);
	return -1;
}
