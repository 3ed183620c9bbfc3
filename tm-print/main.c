/* Prints events as text, a line for each. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/base/signals.h"
#include "common/stream/output.h"
#include "common/stream/reader.h"
#include "common/tool/progress.h"
#include "format.h"

#define OUTPUT_SIZE ((size_t)256 * 1024)

static const char usage[] =
		"usage: tm-print [--json] [--count N] [--strict] [FILE ...]\n"
		"Prints a line of text for each event. tm-parse turns it back.\n"
		"\n"
		"      --json      JSON lines\n"
		"      --count N   end after N events\n"
		"      --strict    exit 4 when the events tell of lost ones\n"
		"  -q, --quiet     say nothing but errors\n"
		"  -h, --help      this text\n"
		"  -V, --version   the version\n"
		"\n"
		"FILE is a recording, also one packed by gzip; - or none is standard\n"
		"input. SIGUSR1 prints a line of statistics.\n";

struct options {
	bool is_json, is_strict, is_quiet;
	uint64_t count;
};

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "count", required_argument, NULL, 'c' },
		{ "strict", no_argument, NULL, 's' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "qhV", known, NULL)) != -1) {
		switch (option) {
		case 'j':
			options->is_json = true;
			break;
		case 'c':
			if (!tm_number_parse(optarg, UINT64_MAX,
					    &options->count))
				errx(TM_MISUSED, "--count: not a number: %s",
						optarg);
			break;
		case 's':
			options->is_strict = true;
			break;
		case 'q':
			options->is_quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? TM_FAILED : TM_DONE);
		case 'V':
			puts("tm-print " TM_VERSION);
			exit(fflush(stdout) ? TM_FAILED : TM_DONE);
		default:
			fputs("try: tm-print --help\n", stderr);
			exit(TM_MISUSED);
		}
	}
}

static char output[OUTPUT_SIZE];

/* A reader that has seen enough ends us quietly. */
static void flush(const char *end)
{
	if (!tm_write(STDOUT_FILENO, output, end - output))
		return;
	if (errno == EPIPE)
		exit(TM_DONE);
	err(TM_FAILED, "standard output");
}

static void print(const struct tm_event *events, size_t n, bool is_json)
{
	char *out = output;

	for (size_t i = 0; i < n; i++) {
		if (output + OUTPUT_SIZE - out < LINE_MAX_SIZE) {
			flush(out);
			out = output;
		}
		out = is_json ? format_json(out, &events[i])
			      : format_text(out, &events[i]);
	}
	flush(out);
}

int main(int argc, char **argv)
{
	struct options options = { .count = UINT64_MAX };
	struct tm_progress progress;
	struct tm_event *events;
	struct tm_reader in;
	ssize_t n;

	parse_options(&options, argc, argv);
	tm_signals_install();
	tm_progress_start(&progress, options.is_quiet);
	if (tm_reader_open(&in, argv + optind))
		errx(in.status, "%s", in.problem);
	while (options.count && (n = tm_reader_next(&in, &events)) >= 0) {
		if (tm_signal_take(SIGUSR1))
			warnx("%s", tm_progress_text(&progress, &in));
		if ((uint64_t)n > options.count)
			n = options.count;
		print(events, n, options.is_json);
		options.count -= n;
	}
	if (*in.problem)
		warnx("%s", in.problem);
	if (close(STDOUT_FILENO))
		err(TM_FAILED, "standard output");
	if (!in.status && options.is_strict && in.lost_packets)
		return TM_LOSSY;
	return in.status;
}
