/* tm-top: shows live who sends and receives how much. */
#include <err.h>
#include <errno.h>
#include <locale.h>
#include <unistd.h>

#include "batch.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/tool/loop.h"
#include "interactive.h"

/* Takes over the screen only once there is something to show, so that a sudo in
 * the pipeline can ask for a password. False if there is nothing at all. */
static bool top_wait(struct top *top)
{
	bool failed = false;

	while (!top->feed.has_ended && !top_take(top, &failed))
		;
	if (failed)
		err(TM_FAILED, NULL);
	return top->feed.reader.events;
}

static void run_live(struct top *top)
{
	const char *problem;

	if (!top_wait(top) || tm_stop_requested()) {
		if (!top->feed.reader.status && !top->options->is_quiet)
			warnx("there were no events");
		return;
	}
	problem = interactive_run(top);
	if (problem)
		errx(TM_FAILED, "%s", problem);
}

int main(int argc, char **argv)
{
	static struct top_options options;
	static struct top top;
	const struct tm_reader *const in = &top.feed.reader;

	setlocale(LC_CTYPE, "");
	argv = top_options_parse(&options, argc, argv);
	if (!*argv && isatty(STDIN_FILENO))
		errx(TM_MISUSED,
				"nothing to read; to watch this host, type: "
				"sudo tm-capture --every 1s | tm-top");
	if (!options.is_batch && !isatty(STDOUT_FILENO))
		errx(TM_MISUSED,
				"standard output is not a terminal; for a "
				"file or a pipe, use --batch");
	tm_signals_install();
	if (top_start(&top, &options))
		err(TM_FAILED, NULL);
	top_ask_first(&top, argv);
	if (feed_open(&top.feed, argv, options.speed))
		errx(in->status, "%s", in->problem);
	tm_loop_warn_of_twins(argv);
	if (options.is_batch)
		batch_run(&top);
	else
		run_live(&top);
	if (*in->problem)
		warnx("%s", in->problem);
	tm_loop_say_overflow();
	if (!in->status && options.is_strict && in->lost_packets)
		return TM_LOSSY;
	return in->status;
}
