/* tm-report: who moved how much, at intervals and at the end. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "alert.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/stream/output.h"
#include "common/tool/loop.h"
#include "interval.h"
#include "log.h"
#include "report-options.h"
#include "report.h"
#include "tally.h"

#define OUTPUT_SIZE ((size_t)64 * 1024)

struct state {
	struct report_options options;
	struct tally tally;
	struct interval interval;
	struct alert alert;
	struct log log;
	FILE *out; /* to the log and standard output */
	bool has_console;
	int console_error;
	bool has_reported;
};

static ssize_t report_write_out(void *context, const char *data, size_t size)
{
	struct state *const state = context;

	log_write(&state->log, data, size);
	if (state->has_console && !state->console_error &&
			tm_write(STDOUT_FILENO, data, size))
		state->console_error = errno;
	return size;
}

/* A reader that closes the pipe ends tm-report quietly; a lost terminal does
 * not end what goes to the log. */
static void check_console(struct state *state)
{
	if (!state->console_error)
		return;
	if (state->log.fd >= 0)
		state->has_console = false;
	else if (state->console_error == EPIPE)
		exit(TM_DONE);
	else
		errx(TM_FAILED, "standard output: %s",
				strerror(state->console_error));
}

static void open_outputs(struct state *state)
{
	const cookie_io_functions_t functions = { .write = report_write_out };
	const char *const path = state->options.log;
	const char *why;

	state->log.fd = -1;
	why = path ? log_open(&state->log, path) : NULL;
	if (why)
		errx(TM_FAILED, "%s: %s", path, why);
	state->has_console = !path || isatty(STDOUT_FILENO);
	state->out = fopencookie(state, "w", functions);
	if (!state->out || setvbuf(state->out, NULL, _IOFBF, OUTPUT_SIZE))
		err(TM_FAILED, NULL);
}

static void report(struct state *state, uint64_t end_ns, bool is_last)
{
	const struct report_options *const options = &state->options;
	const struct report facts = {
		.out = state->out,
		.tally = &state->tally,
		.sources = {
			.names = state->tally.names,
			.is_numeric = options->is_numeric,
		},
		.first_ns = state->interval.first_ns,
		.start_ns = state->interval.start_ns,
		.end_ns = end_ns,
		.order = options->order,
		.top = options->top,
		.has_bytes = options->has_bytes,
		.has_packets = options->has_packets,
		.is_repeated = options->interval_ns,
		.is_first = !state->has_reported,
		.is_last = is_last,
		.is_quiet = options->is_quiet,
		.user = options->user,
	};

	log_begin(&state->log);
	tally_settle(&state->tally);
	options->style->write(&facts);
	tally_unsettle(&state->tally);
	fflush(state->out);
	log_end(&state->log);
	check_console(state);
	alert_check(&state->alert, &facts);
	tally_next(&state->tally);
	state->has_reported = true;
}

static void report_note(struct state *state, const struct tm_event *event)
{
	if (interval_is_over(&state->interval, event)) {
		if (state->interval.has_news)
			report(state, state->interval.end_ns, false);
		interval_next(&state->interval, event);
	}
	if (tally_note(&state->tally, event))
		err(TM_FAILED, NULL);
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
}

/* Without TICKs, only a signal shows that a live stream has gone quiet. */
static void set_alarm(const struct state *state)
{
	static bool is_set;
	const struct interval *const interval = &state->interval;
	const bool is_wanted = interval->length_ns && interval->first_ns &&
			!interval->has_ticks;
	const suseconds_t pause_us = is_wanted ? 250000 : 0;
	const struct itimerval alarms = { { 0, pause_us }, { 0, pause_us } };
	const struct sigaction action = { .sa_handler = on_alarm };

	if (is_set == is_wanted)
		return;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &alarms, NULL);
	is_set = is_wanted;
}

static void report_loop_reopen_log(void *context)
{
	struct state *const state = context;
	const char *const path = state->options.log;
	const char *const why = path ? log_open(&state->log, path) : NULL;

	if (why)
		warnx("%s: %s; the log is unchanged", path, why);
}

static int report_loop_take(void *context, struct tm_event *events, size_t n)
{
	struct state *const state = context;

	for (size_t i = 0; i < n; i++)
		report_note(state, &events[i]);
	set_alarm(state);
	if (interval_is_overdue(&state->interval)) {
		report(state, state->interval.end_ns, false);
		interval_skip(&state->interval);
	}
	return TM_GO_ON;
}

static void report_last(struct state *state)
{
	struct interval *const interval = &state->interval;
	char text[TM_LOOPBACK_SIZE];
	const char *note;

	if (!interval->newest_ns)
		interval->newest_ns = time(NULL) * TM_SECOND_NS;
	if (!interval->first_ns)
		interval->first_ns = interval->newest_ns;
	if (!state->options.is_numeric)
		tm_names_settle(state->tally.names);
	report(state, interval->newest_ns, true);
	note = tm_loopback_note(text, &state->tally.loopback);
	if (note && !state->options.is_quiet)
		warnx("%s", note);
}

static int report_finish(struct state *state, int status)
{
	if (log_close(&state->log))
		err(TM_FAILED, "%s", state->options.log);
	if (tm_loop_close(TM_DONE))
		return TM_FAILED;
	if (state->log.missed) {
		warnx("%s: %ju reports were not written", state->options.log,
				(uintmax_t)state->log.missed);
		return TM_FAILED;
	}
	if (alert_is_over(&state->alert) && (!status || status == TM_LOSSY))
		return TM_OVER;
	return status;
}

static void start(struct state *state)
{
	const struct report_options *const options = &state->options;

	state->tally.names = tm_names_new();
	state->tally.ports = tm_ports_new();
	if (!state->tally.names || !state->tally.ports)
		err(TM_FAILED, NULL);
	state->tally.is_numeric = options->is_numeric;
	styles_want(options, &state->tally);
	state->interval.length_ns = options->interval_ns;
	state->alert.limit = options->limit;
	state->tally.loopback.is_left_out = options->has_no_loopback;
}

int main(int argc, char **argv)
{
	static struct state state;
	struct tm_loop loop = { .context = &state,
		.take = report_loop_take,
		.reopen = report_loop_reopen_log };
	struct tm_reader in;
	int status;

	argv = report_options_parse(&state.options, argc, argv);
	loop.is_strict = state.options.is_strict;
	loop.is_quiet = state.options.is_quiet;
	loop.has_rows = state.options.interval_ns;
	tm_loop_open(&in, argv);
	open_outputs(&state);
	start(&state);
	status = tm_loop_run(&loop, &in);
	tm_reader_close(&in);
	/* input that could not be read at all gets no report */
	if (in.events || !in.status)
		report_last(&state);
	return report_finish(&state, status);
}
