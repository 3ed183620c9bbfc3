/* tm-filter: keeps or drops events by network, user, process, port and time. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/filter/filter.h"
#include "common/stream/output.h"
#include "common/stream/reader.h"
#include "common/tool/progress.h"
#include "say.h"

struct arguments {
	char **all;
	size_t count;
};

struct options {
	struct arguments expressions, site, excluded;
	bool inverts, explains, quiet, is_strict;
};

static void usage(void)
{
	fputs("usage: tm-filter [options] EXPRESSION [FILE ...]\n"
	      "       tm-filter [options] {-e EXPRESSION|-s NETWORK|"
	      "-x NETWORK} ... [FILE ...]\n"
	      "Passes on the events that the expression is true of.\n\n"
	      "  -e, --expression EXPRESSION  repeated: all must be true\n"
	      "  -s, --site NETWORK|@FILE     drop what has both ends in these\n"
	      "  -x, --exclude NETWORK|@FILE  drop what has an end in these\n"
	      "      --invert                 pass on what would be dropped\n"
	      "      --explain                tell what dropped how much\n"
	      "      --strict                 exit 4 when the events tell of "
	      "lost ones\n"
	      "  -q, --quiet                  say nothing but errors\n"
	      "  -h, --help                   this text\n"
	      "  -V, --version                the version\n\n"
	      "Expressions: user alice and not (net 10.0.0.0/8 or dst port "
	      "443) and bytes > 1M\n"
	      "Words: in out loopback user uid pid comm cgroup host net port "
	      "proto interface\n"
	      "bytes packets since until kind, src dst, and or not ( ), "
	      "= != < <= > >=\n",
			stdout);
}

static void append(struct arguments *arguments, char *argument)
{
	char **const longer = realloc(arguments->all,
			(arguments->count + 1) * sizeof(*longer));

	if (!longer)
		err(TM_FAILED, NULL);
	arguments->all = longer;
	longer[arguments->count++] = argument;
}

static void misused(void)
{
	fputs("try: tm-filter --help\n", stderr);
	exit(TM_MISUSED);
}

static void parse_options(int argc, char **argv, struct options *options)
{
	enum { INVERT = 256, EXPLAIN, STRICT };
	static const struct option longs[] = {
		{ "expression", required_argument, NULL, 'e' },
		{ "site", required_argument, NULL, 's' },
		{ "exclude", required_argument, NULL, 'x' },
		{ "invert", no_argument, NULL, INVERT },
		{ "explain", no_argument, NULL, EXPLAIN },
		{ "strict", no_argument, NULL, STRICT },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "e:s:x:qhV", longs, NULL)) !=
			-1) {
		switch (option) {
		case 'e':
			append(&options->expressions, optarg);
			break;
		case 's':
			append(&options->site, optarg);
			break;
		case 'x':
			append(&options->excluded, optarg);
			break;
		case INVERT:
			options->inverts = true;
			break;
		case EXPLAIN:
			options->explains = true;
			break;
		case STRICT:
			options->is_strict = true;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'h':
			usage();
			exit(TM_DONE);
		case 'V':
			puts("tm-filter " TM_VERSION);
			exit(TM_DONE);
		default:
			misused();
		}
	}
}

/* grep's rule; returns the files. */
static char **take_operands(char **operands, struct options *options)
{
	if (options->expressions.count || options->site.count ||
			options->excluded.count)
		return operands;
	if (!*operands) {
		warnx("which events? An expression, -s or -x tells");
		misused();
	}
	append(&options->expressions, *operands);
	return operands + 1;
}

static void add_expression(struct tm_filter *filter, const char *text,
		struct tm_expression *expression)
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
}

static struct tm_filter_list *read_list(
		struct tm_filter *filter, char *const *arguments, size_t count)
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
		char *const *arguments, size_t count, enum tm_ends ends)
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
	nodes[1].question.list = read_list(filter, arguments, count);
	if (tm_program_add(&filter->program, nodes, text, strlen(text)))
		err(TM_FAILED, NULL);
	free(text);
}

static void build(struct tm_filter *filter, const struct options *options)
{
	const struct arguments *const excluded = &options->excluded;
	struct tm_expression expression;
	/* To be told apart they have to be asked one by one. */
	const size_t step = options->explains ? 1 : excluded->count;

	filter->counts_kept = options->explains;
	filter->sources.now_ns = tm_clock_wall_ns();
	filter->sources.names = tm_names_new();
	if (!filter->sources.names)
		err(TM_FAILED, NULL);
	for (size_t i = 0; i < options->expressions.count; i++)
		add_expression(filter, options->expressions.all[i],
				&expression);
	if (options->site.count)
		add_networks(filter, "-s", options->site.all,
				options->site.count, TM_BOTH);
	for (size_t i = 0; i < excluded->count; i += step)
		add_networks(filter, "-x", excluded->all + i, step, TM_EITHER);
	if (tm_program_compile(&filter->program,
			    options->inverts ? "--invert" : NULL))
		err(TM_FAILED, NULL);
}

static bool has_stdin(char *const *files)
{
	if (!*files)
		return true;
	for (; *files; files++) {
		if (!strcmp(*files, "-"))
			return true;
	}
	return false;
}

static void read_lists_again(struct tm_filter *filter)
{
	char problem[TM_NETWORKS_PROBLEM];

	for (struct tm_filter_list *list = filter->sources.lists; list;
			list = list->next) {
		if (!tm_filter_list_has_files(list))
			continue;
		if (tm_filter_list_has_stdin(list))
			warnx("the list on standard input cannot be read "
			      "again; it stays as it is");
		else if (tm_filter_list_read(list, problem))
			warnx("%s; the list stays as it was", problem);
		else
			warnx("read again: %" PRIu64 " networks",
					tm_networks_count(list->networks));
	}
}

static int filter_all(
		struct tm_filter *filter, struct tm_reader *in, bool quiet)
{
	struct tm_progress progress;
	struct tm_event *events = NULL;
	bool is_shown = false;
	ssize_t n;

	tm_progress_start(&progress, quiet);
	while ((n = tm_reader_next(in, &events)) >= 0) {
		if (tm_signal_take(SIGHUP))
			read_lists_again(filter);
		if (tm_signal_take(SIGUSR1))
			warnx("%s", tm_progress_text(&progress, in));
		if (tm_reader_percent(in) >= 0 && tm_progress_due(&progress))
			is_shown = fprintf(stderr, "\r%s\033[K",
					tm_progress_text(&progress, in));
		n = tm_filter_sift(filter, events, n);
		if (n < 0)
			err(TM_FAILED, NULL);
		if (tm_write(STDOUT_FILENO, events, n * TM_EVENT_SIZE)) {
			if (errno == EPIPE)
				return TM_DONE;
			warn("standard output");
			return TM_FAILED;
		}
	}
	if (is_shown)
		fputs("\r\033[K", stderr);
	if (*in->problem)
		warnx("%s", in->problem);
	return in->status;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct tm_filter filter;
	struct tm_reader in;
	const char *problem;
	char **files;
	int status;

	parse_options(argc, argv, &options);
	files = take_operands(argv + optind, &options);
	filter.sources.stdin_is_taken = has_stdin(files);
	build(&filter, &options);
	problem = tm_output_prepare();
	if (problem)
		errx(TM_MISUSED, "%s", problem);
	tm_signals_install();
	if (tm_reader_open(&in, files))
		errx(in.status, "%s", in.problem);
	status = filter_all(&filter, &in, options.quiet);
	if (close(STDOUT_FILENO) && !status)
		err(TM_FAILED, "standard output");
	if (options.explains)
		say_rules(&filter, options.inverts);
	if (!options.quiet)
		say_names(filter.sources.ids);
	if (!status && options.is_strict && in.lost_packets)
		status = TM_LOSSY;
	tm_reader_close(&in);
	return status;
}
