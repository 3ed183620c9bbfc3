/* tm-account - fill in each user's running totals; keep them across restarts */
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
#include "common/stream/output.h"
#include "common/stream/reader.h"
#include "common/tool/progress.h"
#include "counter.h"
#include "show.h"
#include "state.h"

static const char usage[] =
		"usage: tm-account [-q] [--state FILE [--again] [--sync]] [--strict] "
		"[FILE ...]\n"
		"       tm-account --show FILE\n"
		"Fills in the running totals of each event's user, IPv4, IPv6 and lost\n"
		"traffic together, and passes the events on.\n"
		"\n"
		"      --state FILE  go on from the totals in FILE and keep them there\n"
		"      --again       count runs again that were counted before\n"
		"      --sync        wait for the disk before each block of events\n"
		"      --show FILE   print the totals and runs that FILE holds\n"
		"      --strict      exit 4 when events were lost\n"
		"  -q, --quiet       no notes, no progress\n"
		"  -h, --help        this text\n"
		"  -V, --version     the version\n";

static const char *state_path, *show_path;
static bool is_again, is_strict, is_synced;

static struct counter counter;
static struct state state;

static void parse_options(int argc, char **argv)
{
	enum { STATE = 256, SHOW, AGAIN, SYNC, STRICT };
	static const struct option options[] = {
		{ "state", required_argument, NULL, STATE },
		{ "show", required_argument, NULL, SHOW },
		{ "again", no_argument, NULL, AGAIN },
		{ "sync", no_argument, NULL, SYNC },
		{ "strict", no_argument, NULL, STRICT },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "qhV", options, NULL)) != -1) {
		switch (option) {
		case STATE:
			state_path = optarg;
			break;
		case SHOW:
			show_path = optarg;
			break;
		case AGAIN:
			is_again = true;
			break;
		case SYNC:
			is_synced = true;
			break;
		case STRICT:
			is_strict = true;
			break;
		case 'q':
			counter.is_quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? TM_FAILED : TM_DONE);
		case 'V':
			puts("tm-account " TM_VERSION);
			exit(fflush(stdout) ? TM_FAILED : TM_DONE);
		default:
			fputs("try: tm-account --help\n", stderr);
			exit(TM_MISUSED);
		}
	}
}

static void check_options(int operands)
{
	if (show_path && (state_path || is_again || is_synced || operands))
		errx(TM_MISUSED, "--show takes its FILE and nothing else");
	if (is_synced && !state_path)
		errx(TM_MISUSED, "--sync needs --state FILE");
	if ((state_path && !*state_path) || (show_path && !*show_path))
		errx(TM_MISUSED, "the state's name is empty");
}

/* What is counted is recorded before anybody sees it. */
static int pass_on(struct tm_event *events, size_t n)
{
	const size_t done = counter_count(&counter, events, n);

	if (state_path) {
		state_record(&state);
		state_tend(&state);
	}
	if (tm_write(STDOUT_FILENO, events, done * TM_EVENT_SIZE)) {
		if (errno != EPIPE)
			warn("standard output");
		return errno == EPIPE ? TM_DONE : TM_FAILED;
	}
	if (done == n)
		return -1;
	warnx("out of memory for the totals of %" PRIu32 " users",
			counter.totals.count);
	return TM_FAILED;
}

static void show_progress(
		struct tm_progress *progress, const struct tm_reader *in)
{
	if (tm_signal_take(SIGUSR1))
		warnx("%s", tm_progress_text(progress, in));
	if (tm_reader_percent(in) >= 0 && tm_progress_due(progress))
		fprintf(stderr, "\r%s\033[K", tm_progress_text(progress, in));
}

/* The exit code. */
static int run(struct tm_reader *in)
{
	struct tm_progress progress;
	struct tm_event *events;
	int status = -1;
	ssize_t n;

	tm_progress_start(&progress, counter.is_quiet);
	while (status < 0 && (n = tm_reader_next(in, &events)) >= 0) {
		show_progress(&progress, in);
		status = pass_on(events, n);
	}
	if (progress.due_ns > progress.start_ns + TM_SECOND_NS)
		fputs("\r\033[K", stderr);
	if (status >= 0)
		return status;
	if (*in->problem)
		warnx("%s", in->problem);
	if (!in->status && is_strict && in->lost_packets)
		return TM_LOSSY;
	return in->status;
}

int main(int argc, char **argv)
{
	struct tm_reader in;
	const char *problem;
	int status;

	parse_options(argc, argv);
	check_options(argc - optind);
	counter.runs = tm_runs_new(is_again);
	if (!counter.runs)
		errx(TM_FAILED, "out of memory");
	if (show_path)
		return show_state(show_path, &counter);
	problem = tm_output_prepare();
	if (problem)
		errx(TM_MISUSED, "%s", problem);
	tm_signals_install();
	if (tm_reader_open(&in, argv + optind))
		errx(in.status, "%s", in.problem);
	if (state_path &&
			state_open(&state, state_path, &counter.totals,
					counter.runs, is_synced))
		return TM_FAILED;
	status = run(&in);
	if (state_path && state_close(&state))
		status = TM_FAILED;
	tm_reader_close(&in);
	totals_free(&counter.totals);
	free(counter.runs);
	return status;
}
