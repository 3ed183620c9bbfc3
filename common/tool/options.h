/* The options of a tool in one table, from which they are parsed and --help is
 * made. A mistake on the command line ends the process, in one grammar:
 *
 *	tm-print: --count: not a number: x
 *	tm-csv: --group and --readable exclude each other
 *	try: tm-csv --help */
#ifndef TM_TOOL_OPTIONS_H
#define TM_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/record/projects.h"

struct tm_option {
	const char *name;     /* the long one, without dashes */
	int letter;	      /* or a number from TM_OPTION on;
				 or TM_MOVED */
	const char *argument; /* TIME, or [=TIME] if it may be left out;
				 NULL = it takes none */
	const char *help;     /* lines; NULL = an old spelling of the option
				 with the same letter, which --help leaves out */
	size_t flag;	      /* TM_FLAG(): set to true; take is not called;
				 or TM_ONCE */
};

#define TM_OPTION 256 /* the first number for options without a letter */

/* In place of the letter: the name now means something else in all tools, as
 * tm-words(7) has it, or nothing. It is refused, and help says what to write.
 */
#define TM_MOVED 0

#define TM_FLAG(type, member) (offsetof(type, member) + 1)

/* In place of a flag: two different values are refused. Of other options that
 * are repeated the last value counts, or take adds them up. */
#define TM_ONCE SIZE_MAX

/* Instead of an option: a line of --help. */
#define TM_HEADING(text)                                                       \
	{                                                                      \
		.help = text                                                   \
	}

struct tm_tool {
	const char *usage; /* its synopsis and what it does, in lines */
	const struct tm_option *options; /* without -h and -V ... */
	size_t option_count;
	const char *rest; /* lines at the end of --help, or NULL */
	void (*take)(void *context, const struct tm_option *option,
			const char *argument);
	/* Words that end the help of an option, NULL for one that has none. May
	 * be NULL itself. */
	const char *(*words)(const struct tm_option *option);
	/* A tool whose first operand is a command: NULL ends them. They have
	 * options of their own, and one --help shows all. */
	const struct tm_tool *const *commands;
	const struct tm_tool *whole; /* of which it is a command */
};

/* Takes them all; the number of the first operand. --help and --version end
 * the process, and so does what is not in the table. */
int tm_tool_parse(const struct tm_tool *tool, int argc, char **argv,
		void *context);

/* Reports that the command line as a whole is wrong. */
_Noreturn void tm_misuse(const char *format, ...)
		__attribute__((format(printf, 1, 2)));

/* Reports a wrong argument of an option: "--count: not a number: x". */
_Noreturn void tm_option_refuse(const struct tm_option *option,
		const char *argument, const char *format, ...)
		__attribute__((format(printf, 3, 4)));

/* Parse an argument, or exit with a message. */
uint64_t tm_option_number(const struct tm_option *option, const char *argument,
		uint64_t least, uint64_t most);
uint64_t tm_option_duration(const struct tm_option *option,
		const char *argument, uint64_t least_ns, uint64_t most_ns);
/* How long something is kept: 0, which is for ever, or a time with its unit. */
uint64_t tm_option_age(const struct tm_option *option, const char *argument);
uint64_t tm_option_moment(const struct tm_option *option, const char *argument,
		uint64_t now_ns);
uint64_t tm_option_size(const struct tm_option *option, const char *argument);

/* The argument where it names a file or directory. Exits if it is empty or "-",
 * which elsewhere is standard input or output: a file of that name is "./-". */
const char *tm_option_file(
		const struct tm_option *option, const char *argument);
/* The same where "-" is standard input or output. */
const char *tm_option_stream(
		const struct tm_option *option, const char *argument);
/* The same as tm_option_file for what a variable such as TM_DB names. */
const char *tm_variable_file(const char *variable, const char *name);
/* Reads the file of --projects, which is the same in all tools. */
struct tm_projects *tm_option_projects(
		const struct tm_option *option, const char *path);

/* Ends the process with a message unless standard output has all that was
 * printed. */
void tm_stdout_finish(void);

/* The index of the argument among the names, which end in NULL. */
unsigned tm_option_choice(const struct tm_option *option, const char *argument,
		const char *const *names);

#endif
