/* tm-store: keep the sums of events in a database, and ask it. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/base/signals.h"
#include "common/stream/output.h"
#include "common/stream/reader.h"
#include "common/system/confine.h"
#include "common/tool/progress.h"
#include "store.h"

#define REMOTES_DEFAULT 1000
#define REMOTES_MOST 1000000

const char usage[] =
		"usage: tm-store --db FILE [-qv] [--keep-minutes TIME] ... [EVENTS ...]\n"
		"       tm-store query --db FILE [--by KEYS] [-n] ...\n"
		"       tm-store prune --db FILE --older-than TIME\n"
		"       tm-store quota --db FILE [--user USER --limit SIZE] ...\n"
		"Keeps a history of who moved how much and where to: sums of events by\n"
		"user, process, remote address, protocol, interface and direction in\n"
		"minutes, hours, days and months, in an SQLite database.\n"
		"\n"
		"      --db FILE            the database; made where it is missing\n"
		"  -q, --quiet              no progress and no notes\n"
		"  -h, --help               this text\n"
		"  -V, --version            the version\n"
		"Writing:\n"
		"      --keep-minutes TIME  how long minutes stay (2d)\n"
		"      --keep-hours TIME    hours (60d)\n"
		"      --keep-days TIME     days (730d)\n"
		"      --keep-months TIME   months (0, which is for ever)\n"
		"      --remotes N          a user's largest remotes each minute (1000);\n"
		"                           the others are summed up\n"
		"      --strict             exit 4 when events were lost\n"
		"  -v, --verbose            say also which protection the kernel lacks\n"
		"query:\n"
		"      --by KEYS            user, process, remote, protocol, interface,\n"
		"                           direction, minute, hour, day, month, joined\n"
		"                           by commas (user)\n"
		"      --summary            what there is in all\n"
		"      --from TIME          2026-11-21, '2026-11-21 06:33', RFC 3339,\n"
		"      --to TIME            or seconds since the epoch\n"
		"      --hours N            the last N hours (all)\n"
		"      --user USER          a user's only; also for quota\n"
		"      --process NAME       a process's only\n"
		"      --remote ADDRESS     a remote's only\n"
		"      --protocol NAME      tcp, udp, ...\n"
		"  -i, --interface NAME     an interface's only\n"
		"      --direction WAY      in or out\n"
		"      --search TEXT        rows that have it in a key\n"
		"      --sort KEY           total, in, out, packets, lost, or key\n"
		"      --reverse            the other way round\n"
		"      --top N              rows at most, 0 = all (20 in a table)\n"
		"      --offset N           leave out the first N\n"
		"      --output FORMAT      table, csv or json\n"
		"  -n, --numeric            numbers for names of users and protocols\n"
		"prune:\n"
		"      --older-than TIME    what is as old goes, in whole months\n"
		"quota:\n"
		"      --limit SIZE         in and out together (1T)\n"
		"      --month              of a calendar month (the default)\n"
		"      --day                of a day\n"
		"      --remove             the user's quota goes\n"
		"      --hook COMMAND       run it once for each state that is reached\n"
		"      --at TIME            of the periods of that time\n";

struct options {
	struct store_options store;
	bool is_strict;
	bool is_verbose;
};

_Noreturn void misuse(void)
{
	fprintf(stderr, "try: tm-store --help\n");
	exit(TM_MISUSED);
}

_Noreturn void print_and_exit(const char *text)
{
	fputs(text, stdout);
	if (fflush(stdout))
		err(TM_FAILED, "standard output");
	exit(TM_DONE);
}

struct tm_history *open_or_exit(const char *path, enum tm_history_access access)
{
	struct tm_history *history;
	int status;

	if (!path || !*path) {
		warnx("name the database: --db FILE");
		misuse();
	}
	history = tm_history_open(path, access, &status);
	if (status)
		errx(status, "%s", tm_history_problem(history));
	return history;
}

enum tm_form parse_form(const char *name)
{
	static const char *const names[] = { "table", "csv", "json" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i]))
			return i;
	}
	errx(TM_MISUSED, "--output: not table, csv or json: %s", name);
}

int write_out(void *context, const char *text, size_t size)
{
	(void)context;
	return tm_write(STDOUT_FILENO, text, size);
}

uint64_t parse_duration(const char *option, const char *text)
{
	uint64_t ns;

	if (!tm_duration_parse(text, &ns))
		errx(TM_MISUSED, "%s: not a time such as 2d or 12h: %s", option,
				text);
	return ns;
}

enum { DB = 256, MINUTES, HOURS, DAYS, MONTHS, REMOTES, STRICT };

static uint32_t parse_remotes(const char *text)
{
	uint64_t number;

	if (!tm_number_parse(text, REMOTES_MOST, &number) || !number)
		errx(TM_MISUSED, "--remotes: not a number from 1 to %d: %s",
				REMOTES_MOST, text);
	return number;
}

static void take_option(struct options *options, int option)
{
	static const char *const keeps[] = { "--keep-minutes", "--keep-hours",
		"--keep-days", "--keep-months" };
	struct retention *const retention = &options->store.retention;

	switch (option) {
	case DB:
		options->store.path = optarg;
		break;
	case MINUTES:
	case HOURS:
	case DAYS:
	case MONTHS:
		retention->keep_ns[option - MINUTES] =
				parse_duration(keeps[option - MINUTES], optarg);
		break;
	case REMOTES:
		retention->remotes = parse_remotes(optarg);
		break;
	case STRICT:
		options->is_strict = true;
		break;
	case 'q':
		options->store.is_quiet = true;
		break;
	case 'v':
		options->is_verbose = true;
		break;
	case 'h':
		print_and_exit(usage);
	case 'V':
		print_and_exit("tm-store " TM_VERSION "\n");
	default:
		misuse();
	}
}

/* What is gone from a finer table must be in the coarser ones. */
static void check_retention(const struct retention *retention)
{
	uint64_t finer = 0;

	for (int i = 0; i < TM_HISTORY_RESOLUTIONS; i++) {
		const uint64_t keep = retention->keep_ns[i]
				? retention->keep_ns[i]
				: UINT64_MAX;

		if (keep < finer)
			errx(TM_MISUSED,
					"%ss cannot be kept for a shorter time than "
					"%ss",
					tm_history_resolution_name(i),
					tm_history_resolution_name(i - 1));
		finer = keep;
	}
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "db", required_argument, NULL, DB },
		{ "keep-minutes", required_argument, NULL, MINUTES },
		{ "keep-hours", required_argument, NULL, HOURS },
		{ "keep-days", required_argument, NULL, DAYS },
		{ "keep-months", required_argument, NULL, MONTHS },
		{ "remotes", required_argument, NULL, REMOTES },
		{ "strict", no_argument, NULL, STRICT },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "qvhV", longs, NULL)) != -1)
		take_option(options, option);
	if (!options->store.path || !*options->store.path) {
		warnx("name the database: --db FILE");
		misuse();
	}
	check_retention(&options->store.retention);
}

/* Nothing is held back while the input is waited for: true when it has come,
 * false when a signal wants to be looked at. */
static bool await_input(struct store *store, const struct tm_reader *in)
{
	int is_ready;

	while ((is_ready = tm_reader_ready(in, store_patience(store))) == 0)
		store_work(store, true);
	return is_ready > 0;
}

static void say_statistics(struct tm_progress *progress,
		const struct tm_reader *in, const struct store *store)
{
	uint64_t events, bytes;

	store_owed(store, &events, &bytes);
	warnx("%s, %" PRIu64 " events owed", tm_progress_text(progress, in),
			events);
}

static void run(struct store *store, struct tm_reader *in, bool is_quiet)
{
	struct tm_progress progress;
	struct tm_event *events;
	bool is_shown = false;
	ssize_t n;

	tm_progress_start(&progress, is_quiet);
	do {
		if (tm_signal_take(SIGUSR1))
			say_statistics(&progress, in, store);
		if (tm_progress_due(&progress))
			is_shown = fprintf(stderr, "\r%s\033[K",
					tm_progress_text(&progress, in));
		n = await_input(store, in) ? tm_reader_next(in, &events) : 0;
		if (tm_signal_take(SIGHUP))
			store_reopen(store);
		if (n > 0)
			store_take(store, events, n);
		store_work(store, false);
	} while (n >= 0);
	if (is_shown)
		fputs("\r\033[K", stderr);
}

static void confine(const struct store *store, bool is_verbose)
{
	const struct tm_place directory = {
		.fd = store_directory(store),
		.may = TM_MAY_WRITE | TM_MAY_MAKE | TM_MAY_REMOVE,
	};
	const char *const problem = tm_confine(&directory, 1, true);

	if (problem && is_verbose)
		warnx("not confined to its directory (landlock): %s", problem);
}

static int finish(
		struct store *store, const struct tm_reader *in, bool is_strict)
{
	const uint64_t unsound = store_unsound(store);
	int status = in->status;

	if (*in->problem)
		warnx("%s", in->problem);
	if (unsound) {
		warnx("%" PRIu64 " records have an impossible time or size and "
		      "are left out",
				unsound);
		status = status ? status : TM_CUT;
	}
	if (store_close(store))
		status = TM_FAILED;
	if (!status && is_strict && in->lost_packets)
		status = TM_LOSSY;
	return status;
}

static int write_main(int argc, char **argv)
{
	struct options options = { .store.retention = {
						   .keep_ns = { 2 * TM_DAY_NS,
								   60 * TM_DAY_NS,
								   730 * TM_DAY_NS,
								   0 },
						   .remotes = REMOTES_DEFAULT,
				   } };
	struct store *store;
	struct tm_reader in;

	parse_options(&options, argc, argv);
	tm_signals_install();
	if (tm_reader_open(&in, argv + optind))
		errx(in.status, "%s", in.problem);
	store = store_open(&options.store);
	confine(store, options.is_verbose);
	run(store, &in, options.store.is_quiet);
	tm_reader_close(&in);
	return finish(store, &in, options.is_strict);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*main)(int argc, char **argv);
	} commands[] = {
		{ "query", query_main },
		{ "prune", prune_main },
		{ "quota", quota_main },
	};

	for (size_t i = 0; argc > 1 && i < 3; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		argv[1] = argv[0]; /* who speaks of wrong options */
		return commands[i].main(argc - 1, argv + 1);
	}
	return write_main(argc, argv);
}
