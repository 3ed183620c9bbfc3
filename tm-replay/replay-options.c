#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "common/base/number.h"
#include "replay-options.h"

#define SPEED_MOST 1e6
#define SPEED_LEAST 1e-3

static const char usage[] =
		"usage: tm-replay [-q] [--speed N] [--idle TIME] [--now [--loop]]\n"
		"                 [--strict] [FILE ...]\n"
		"Gives recorded events out at the pace at which they were recorded.\n"
		"\n"
		"      --speed N     N times that: 10x, 0.5x; max = without waiting\n"
		"      --idle TIME   wait no longer than TIME (5s, 500ms) without traffic\n"
		"      --now         fresh times: the first event is of now\n"
		"      --loop        from the beginning again, until Ctrl-C\n"
		"      --strict      exit 4 when the events tell of lost ones\n"
		"  -q, --quiet       say nothing but errors\n"
		"  -h, --help        this text\n"
		"  -V, --version     the version\n"
		"\n"
		"FILE is a recording, also one packed by gzip; - or none is standard\n"
		"input. SIGUSR1 prints a line of statistics.\n";

static void misused(void)
{
	fputs("try: tm-replay --help\n", stderr);
	exit(TM_MISUSED);
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) ? TM_FAILED : TM_DONE);
}

static double parse_speed(const char *text)
{
	char *end;
	double speed;

	if (!strcmp(text, "max"))
		return 0;
	speed = strtod(text, &end);
	/* strtod would take 0x10 and nan */
	if (strspn(text, "0123456789.") != (size_t)(end - text) ||
			strcmp(*end == 'x' ? end + 1 : end, "") ||
			end == text || speed < SPEED_LEAST ||
			speed > SPEED_MOST)
		errx(TM_MISUSED,
				"--speed: not max nor a number from 0.001 to "
				"1000000: %s",
				text);
	return speed;
}

static uint64_t parse_idle(const char *text)
{
	uint64_t ns;

	if (!tm_duration_parse(text, &ns) || !ns)
		errx(TM_MISUSED, "--idle: not a time such as 5s or 500ms: %s",
				text);
	return ns;
}

static void read_options(struct replay_options *options, int argc, char **argv)
{
	enum { SPEED = 256, IDLE, NOW, LOOP, STRICT };
	static const struct option known[] = {
		{ "speed", required_argument, NULL, SPEED },
		{ "idle", required_argument, NULL, IDLE },
		{ "now", no_argument, NULL, NOW },
		{ "loop", no_argument, NULL, LOOP },
		{ "strict", no_argument, NULL, STRICT },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "qhV", known, NULL)) != -1) {
		switch (option) {
		case SPEED:
			options->speed = parse_speed(optarg);
			break;
		case IDLE:
			options->idle_ns = parse_idle(optarg);
			break;
		case NOW:
			options->is_fresh = true;
			break;
		case LOOP:
			options->is_looped = true;
			break;
		case STRICT:
			options->is_strict = true;
			break;
		case 'q':
			options->is_quiet = true;
			break;
		case 'h':
			print_and_exit(usage);
			break;
		case 'V':
			print_and_exit("tm-replay " TM_VERSION "\n");
			break;
		default:
			misused();
		}
	}
}

static void check_loop(const struct replay_options *options, char *const *files)
{
	bool has_stdin = !*files;

	for (; *files; files++)
		has_stdin |= !strcmp(*files, "-");
	if (!options->is_looped)
		return;
	if (!options->is_fresh)
		errx(TM_MISUSED, "--loop needs --now, so that time goes on");
	if (has_stdin)
		errx(TM_MISUSED,
				"--loop needs files: standard input cannot be "
				"read again");
}

void replay_options_parse(struct replay_options *options, int argc, char **argv)
{
	*options = (struct replay_options){ .speed = 1 };
	read_options(options, argc, argv);
	check_loop(options, argv + optind);
}
