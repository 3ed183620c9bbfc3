#include <err.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/moment.h"
#include "common/base/number.h"
#include "common/base/text.h"
#include "options.h"

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
				"not a length of time such as 500ms, 10s, 5m or 2d");
	return ns;
}

uint64_t tm_option_age(const struct tm_option *option, const char *argument)
{
	const char *at = argument, *problem;
	uint64_t ns;

	if (!strcmp(argument, "0"))
		return 0;
	problem = tm_duration_scan(&at, &ns);
	if (!problem && *at)
		problem = "not a length of time such as 90d, 2w or 12h";
	if (problem)
		tm_option_refuse(option, argument, "column %zu: %s",
				at - argument + 1, problem);
	return ns;
}

uint64_t tm_option_moment(const struct tm_option *option, const char *argument,
		uint64_t now_ns)
{
	struct tm_moment_problem problem;
	uint64_t ns;

	if (!tm_moment_parse(argument, now_ns, &ns, &problem))
		tm_option_refuse(option, argument, "column %zu: %s",
				problem.column + 1, problem.reason);
	return ns;
}

uint64_t tm_option_size(const struct tm_option *option, const char *argument)
{
	uint64_t bytes;

	if (!tm_size_parse(argument, &bytes) || !bytes)
		tm_option_refuse(option, argument,
				"not a size such as 500M, 1.5T or 500GB");
	return bytes;
}

static void refuse_dash(const char *of, const char *name)
{
	if (!strcmp(name, "-"))
		tm_misuse("%s: - is no file here; for one of that name, write ./-",
				of);
}

const char *tm_option_stream(
		const struct tm_option *option, const char *argument)
{
	if (!*argument)
		tm_misuse("--%s: no %s is named", option->name,
				strcmp(option->argument, "DIR") ? "file"
								: "directory");
	return argument;
}

const char *tm_option_file(const struct tm_option *option, const char *argument)
{
	char of[64];

	tm_option_stream(option, argument);
	snprintf(of, sizeof(of), "--%s", option->name);
	refuse_dash(of, argument);
	return argument;
}

const char *tm_variable_file(const char *variable, const char *name)
{
	refuse_dash(variable, name);
	return name;
}

struct tm_projects *tm_option_projects(
		const struct tm_option *option, const char *path)
{
	char problem[TM_PROJECTS_PROBLEM];
	struct tm_projects *const projects =
			tm_projects_load(tm_option_file(option, path), problem);

	if (!projects)
		errx(TM_FAILED, "--%s: %s", option->name, problem);
	return projects;
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
