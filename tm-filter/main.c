/* tm-filter: keeps or drops events by network, user, process, port and time. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/filter/filter.h"
#include "common/filter/notes.h"
#include "common/stream/input-check.h"
#include "common/tool/loop.h"
#include "common/tool/options.h"
#include "say.h"

struct arguments {
	const char **all;
	size_t count;
};

struct options {
	struct arguments expressions, site, excluded;
	struct tm_projects *projects;
	bool inverts, explains, quiet, is_strict;
};

static void arguments_append(struct arguments *arguments, const char *argument)
{
	const char **const longer = realloc(arguments->all,
			(arguments->count + 1) * sizeof(*longer));

	if (!longer)
		err(TM_FAILED, NULL);
	arguments->all = longer;
	longer[arguments->count++] = argument;
}

enum { INVERT = TM_OPTION, EXPLAIN, PROJECTS, STRICT };

static const struct tm_option known[] = {
	{ "expression", 'e', "EXPRESSION",
			"only events for which it is true; repeatable,\n"
			"all must be true",
			0 },
	{ "site", 's', "NETWORK",
			"leave out traffic with both ends in these\n"
			"networks",
			0 },
	{ "exclude", 'x', "NETWORK",
			"leave out traffic with either end in these\n"
			"(both: @FILE is a list; repeat for several)",
			0 },
	{ "invert", INVERT, NULL, "pass on the events that would be dropped",
			TM_FLAG(struct options, inverts) },
	{ "explain", EXPLAIN, NULL, "report how much each part dropped",
			TM_FLAG(struct options, explains) },
	{ "projects", PROJECTS, "FILE",
			"projects: lines 'user NAME PROJECT' or\n"
			"'job MANAGER/ID PROJECT'",
			TM_ONCE },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct options, is_strict) },
	{ "quiet", 'q', NULL, "no notes, no progress",
			TM_FLAG(struct options, quiet) },
};

static void filter_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct options *const options = context;

	switch (option->letter) {
	case 'e':
		arguments_append(&options->expressions, argument);
		break;
	case 's':
		arguments_append(&options->site, argument);
		break;
	case 'x':
		arguments_append(&options->excluded, argument);
		break;
	case PROJECTS:
		options->projects = tm_option_projects(option, argument);
		break;
	}
}

static const struct tm_tool tool = {
	.usage = "usage: tm-filter [options] EXPRESSION [FILE ...]\n"
		 "       tm-filter [options] {-e EXPRESSION|-s NETWORK|-x NETWORK} ... [FILE ...]\n"
		 "Passes on the events for which the expression is true.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.rest = "\n"
		"Expressions: user alice and not (network 10.0.0.0/8 or port 443) and bytes > 1M\n"
		"Words: in out loopback user login uid pid process command cgroup unit container\n"
		"workload job step session project on host network port service protocol\n"
		"interface bytes packets since until kind, ip ip6 tcp ...,\n"
		"src dst local remote, and or not ( ), = != < <= > >=\n",
	.take = filter_take_option,
};

/* grep's rule; returns the files. */
static char **take_operands(char **operands, struct options *options)
{
	if (options->expressions.count || options->site.count ||
			options->excluded.count)
		return operands;
	if (!*operands)
		tm_misuse("nothing to filter by; give an expression, -s or -x");
	arguments_append(&options->expressions, *operands);
	return operands + 1;
}

/* Whether a part of it can never be true, which was noted. */
static bool add_expression(struct tm_filter *filter, const char *text,
		struct tm_expression *expression, bool is_quiet)
{
	if (tm_expression_parse(expression, text, &filter->sources)) {
		say_problem(expression);
		if (!expression->column && !access(text, F_OK))
			warnx("the first operand is the expression, and the "
			      "files come after it");
		exit(expression->in_file ? TM_FAILED : TM_MISUSED);
	}
	if (tm_program_add_expression(&filter->program, expression->root, text))
		err(TM_FAILED, NULL);
	return !is_quiet && tm_filter_note_parts(expression, say_note);
}

static struct tm_filter_list *filter_read_list(struct tm_filter *filter,
		const char *const *arguments, size_t count)
{
	struct tm_filter_list *const list =
			tm_filter_list_new(&filter->sources.lists);
	char problem[TM_NETWORKS_PROBLEM];

	if (!list)
		err(TM_FAILED, NULL);
	for (size_t i = 0; i < count; i++) {
		if (!tm_sources_take(&filter->sources, arguments[i]))
			errx(TM_MISUSED, TM_STDIN_TAKEN);
		if (tm_filter_list_add(list, arguments[i]))
			err(TM_FAILED, NULL);
	}
	if (tm_filter_list_read(list, problem))
		errx(list->bad && *list->bad != '@' ? TM_MISUSED : TM_FAILED,
				"%s", problem);
	return list;
}

/* As if it were the expression: not net NETWORKS, at one end or at both. */
static void add_networks(struct tm_filter *filter, const char *option,
		const char *const *arguments, size_t count, enum tm_ends ends)
{
	struct tm_node *const nodes = calloc(2, sizeof(*nodes));
	char *text;

	if (!nodes ||
			asprintf(&text, "%s %s%s", option, *arguments,
					count > 1 ? " ..." : "") < 0)
		err(TM_FAILED, NULL);
	nodes[0].join = TM_NOT;
	nodes[0].left = &nodes[1];
	nodes[1].question.test = TM_TEST_NET;
	nodes[1].question.ends = ends;
	nodes[1].question.list = filter_read_list(filter, arguments, count);
	if (tm_program_add(&filter->program, nodes, text, strlen(text)))
		err(TM_FAILED, NULL);
	free(text);
}

static void filter_build(
		struct tm_filter *filter, const struct options *options)
{
	const struct arguments *const excluded = &options->excluded;
	struct tm_expression expression;
	bool is_noted = options->quiet;
	/* To be told apart they have to be asked one by one. */
	const size_t step = options->explains ? 1 : excluded->count;

	filter->counts_kept = options->explains;
	filter->sources.now_ns = tm_clock_wall_ns();
	filter->sources.names = tm_names_new();
	filter->sources.projects = options->projects;
	if (!filter->sources.names)
		err(TM_FAILED, NULL);
	for (size_t i = 0; i < options->expressions.count; i++)
		is_noted |= add_expression(filter, options->expressions.all[i],
				&expression, options->quiet);
	if (options->projects && !tm_wanted_has_project(filter->sources.wanted))
		tm_misuse("--projects is for the word project");
	if (options->site.count)
		add_networks(filter, "-s", options->site.all,
				options->site.count, TM_BOTH);
	for (size_t i = 0; i < excluded->count; i += step)
		add_networks(filter, "-x", excluded->all + i, step, TM_EITHER);
	if (!is_noted)
		tm_filter_note_rules(&filter->program, say_note);
	if (tm_program_compile(&filter->program,
			    options->inverts ? "--invert" : NULL))
		err(TM_FAILED, NULL);
}

static void read_lists_again(void *context)
{
	const struct tm_filter *const filter = context;
	char problem[TM_NETWORKS_PROBLEM];

	for (struct tm_filter_list *list = filter->sources.lists; list;
			list = list->next) {
		if (!tm_filter_list_has_files(list))
			continue;
		if (tm_filter_list_has_stdin(list))
			warnx("the list on standard input cannot be read "
			      "again; it stays as it is");
		else if (tm_filter_list_read(list, problem))
			warnx("%s; the previous list remains in use", problem);
		else
			warnx("read again: %" PRIu64 " networks",
					tm_networks_count(list->networks));
	}
}

static int filter_pass_on(void *context, struct tm_event *events, size_t n)
{
	struct tm_filter *const filter = context;
	const ssize_t kept = tm_filter_sift(filter, events, n);

	if (kept < 0)
		err(TM_FAILED, NULL);
	if (tm_wanted_are_many(filter->sources.wanted)) {
		tm_names_renumber(filter->sources.names);
		tm_wanted_forget(filter->sources.wanted);
	}
	return tm_loop_write(events, kept * TM_EVENT_SIZE);
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct tm_filter filter;
	struct tm_loop loop = { .context = &filter,
		.take = filter_pass_on,
		.reopen = read_lists_again };
	struct tm_reader in;
	char **files;
	int status;

	files = argv + tm_tool_parse(&tool, argc, argv, &options);
	files = take_operands(files, &options);
	filter.sources.stdin_is_taken = tm_inputs_have_standard(files);
	filter_build(&filter, &options);
	tm_loop_prepare_output();
	tm_loop_open(&in, files);
	loop.is_quiet = options.quiet;
	loop.is_strict = options.is_strict;
	status = tm_loop_close(tm_loop_run(&loop, &in));
	if (options.explains)
		say_rules(&filter, options.inverts);
	if (!options.quiet)
		tm_filter_note_names(&filter.sources, say_note);
	tm_reader_close(&in);
	return status;
}
