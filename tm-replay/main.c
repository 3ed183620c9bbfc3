/* tm-replay: writes recorded events at their original pace. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/base/timestamp.h"
#include "common/stream/output.h"
#include "common/stream/reader.h"
#include "common/tool/loop.h"
#include "common/tool/progress.h"
#include "pace.h"
#include "replay-options.h"
#include "replay-runs.h"

#define WAIT_SIZE 32

struct replay {
	struct replay_options options;
	struct pace pace;
	struct replay_runs runs;
	struct tm_progress progress;
	uint64_t salt;	       /* makes run ids new; 0 = keep them */
	uint64_t time_ns;      /* time of the last record that was passed on */
	uint64_t recorded_ns;  /* its time in the recording */
	uint64_t events, lost; /* passed on; lost packets among them */
	uint64_t end_ns; /* when to stop, by tm_clock_steady_ns(); 0 = never */
	bool has_terminal;
	bool is_shown; /* progress is on the terminal */
	bool is_over;  /* asked to stop, or the reader is gone */
	int error;     /* errno of the write that failed */
};

/* Leaves the terminal to the reader of a pipe. */
static void start_progress(struct replay *replay)
{
	struct stat status;

	tm_progress_start(&replay->progress, replay->options.is_quiet);
	replay->has_terminal = isatty(STDERR_FILENO);
	if (fstat(STDOUT_FILENO, &status) || !S_ISREG(status.st_mode))
		replay->progress.wanted = false;
}

/* Excludes what was read ahead. */
static const char *progress_text(struct replay *replay)
{
	static char text[TM_PROGRESS_SIZE + TM_TIMESTAMP_SIZE + 8];
	char time[TM_TIMESTAMP_SIZE + 1] = "";

	if (replay->recorded_ns)
		*tm_timestamp_format(time, replay->recorded_ns) = '\0';
	snprintf(text, sizeof(text), "%s%s%s",
			tm_progress_counts(&replay->progress, replay->events,
					replay->lost),
			*time ? ", at " : "", time);
	return text;
}

static void replay_attend(struct replay *replay)
{
	if (tm_signal_take(SIGUSR1))
		warnx("%s", progress_text(replay));
	if (tm_progress_due(&replay->progress))
		replay->is_shown = fprintf(
				stderr, "\r%s\033[K", progress_text(replay));
	/* like tm-capture, a source ends when its terminal is gone */
	if (tm_stop_requested() ||
			(tm_signal_take(SIGHUP) && replay->has_terminal &&
					tm_hangup_ends()) ||
			(replay->end_ns &&
					tm_clock_steady_ns() >= replay->end_ns))
		replay->is_over = true;
}

static void replay_put(struct replay *replay, const void *records, size_t count)
{
	if (replay->error || !count)
		return;
	if (!tm_write(STDOUT_FILENO, records, count * TM_EVENT_SIZE))
		return;
	replay->error = errno;
	replay->is_over = true;
}

/* Sleeps until then, or until a signal or a lost reader needs attention. */
static void sleep_until(struct replay *replay, uint64_t until_ns)
{
	struct pollfd reader = {
		.fd = STDOUT_FILENO
	}; /* reports when the reader is gone */
	const uint64_t now_ns = tm_clock_steady_ns();
	struct timespec left;
	uint64_t left_ns;
	sigset_t held, before;

	if (replay->end_ns && until_ns > replay->end_ns)
		until_ns = replay->end_ns;
	if (until_ns <= now_ns) {
		replay_attend(replay);
		return;
	}
	left_ns = until_ns - now_ns;
	if (replay->progress.wanted && left_ns > TM_SECOND_NS)
		left_ns = TM_SECOND_NS;
	left = tm_clock_timespec(left_ns);
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGUSR1);
	/* no signal can arrive between the check and the sleep */
	sigprocmask(SIG_BLOCK, &held, &before);
	replay_attend(replay);
	if (!replay->is_over && ppoll(&reader, 1, &left, &before) > 0) {
		replay->error = EPIPE;
		replay->is_over = true;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Whether the current record is due. If not, all before it has to be written
 * first. */
static bool is_due(const struct replay *replay, uint64_t *now_ns)
{
	const uint64_t due_ns = pace_due_ns(&replay->pace);

	if (due_ns > *now_ns)
		*now_ns = tm_clock_steady_ns();
	return due_ns <= *now_ns;
}

static const char *format_wait(char out[WAIT_SIZE], uint64_t ns)
{
	const uint64_t hours = (ns + TM_HOUR_NS / 2) / TM_HOUR_NS;
	const uint64_t days = (hours + 12) / 24, years = days / 365;

	if (hours < 48)
		snprintf(out, WAIT_SIZE, "%" PRIu64 " h", hours);
	else if (years < 2)
		snprintf(out, WAIT_SIZE, "%" PRIu64 " days", days);
	else
		snprintf(out, WAIT_SIZE, "%" PRIu64 " years", years);
	return out;
}

/* Otherwise a wrong clock in the recording looks like a tool that hangs. */
static void note_long_wait(const struct replay *replay)
{
	const uint64_t due_ns = pace_due_ns(&replay->pace);
	const uint64_t now_ns = tm_clock_steady_ns();
	char time[TM_TIMESTAMP_SIZE + 1], wait[WAIT_SIZE];

	if (replay->options.is_quiet || due_ns < now_ns + TM_HOUR_NS ||
			(replay->end_ns && replay->end_ns < due_ns))
		return;
	if (replay->is_shown)
		fputs("\r\033[K", stderr);
	*tm_timestamp_format(time, replay->pace.clock_ns) = '\0';
	warnx("the next record, of %s, is due in %s; --idle 10s shortens such "
	      "waits",
			time, format_wait(wait, due_ns - now_ns));
}

static void wait_until_due(struct replay *replay)
{
	const uint64_t due_ns = pace_due_ns(&replay->pace);

	note_long_wait(replay);
	while (!replay->is_over && tm_clock_steady_ns() < due_ns)
		sleep_until(replay, due_ns);
}

static void replay_freshen(struct replay *replay, struct tm_event *event)
{
	const struct pace *const pace = &replay->pace;

	event->time_ns = pace_fresh_ns(pace, event->time_ns);
	if (event->kind <= TM_UNATTRIBUTED)
		event->span = pace_fresh_span(pace, event->span);
	else if (event->kind == TM_START)
		((struct tm_start *)event)->run_id ^= replay->salt;
	else if (event->kind == TM_TICK || event->kind == TM_END)
		((struct tm_status *)event)->run_id ^= replay->salt;
}

static void replay_rename(const struct replay *replay, struct tm_event *event)
{
	if (event->kind == TM_START && replay->options.host)
		strncpy(((struct tm_start *)event)->host, replay->options.host,
				TM_HOST_SIZE);
}

static void replay_note(struct replay *replay, struct tm_event *event)
{
	replay_rename(replay, event);
	if (event->time_ns)
		replay->recorded_ns = event->time_ns;
	if (replay->options.is_fresh)
		replay_freshen(replay, event);
	if (event->time_ns)
		replay->time_ns = event->time_ns;
	if (event->kind == TM_LOST)
		replay->lost += event->packets;
	if (event->kind <= TM_LOST)
		replay_runs_pass(&replay->runs, event);
	else if (replay_runs_note(&replay->runs, event))
		err(TM_FAILED, NULL);
	replay->events++;
}

static void replay_pass_on(
		struct replay *replay, struct tm_event *events, size_t n)
{
	const bool waits = replay->options.speed;
	const bool is_paced = waits || replay->options.is_fresh;
	uint64_t now_ns = 0;
	size_t written = 0, i;

	for (i = 0; i < n && !replay->is_over; i++) {
		if (is_paced)
			pace_advance(&replay->pace, &events[i],
					!replay->runs.open.count);
		if (waits && !is_due(replay, &now_ns)) {
			replay_put(replay, events + written, i - written);
			written = i;
			wait_until_due(replay);
			if (replay->is_over)
				return;
		}
		replay_note(replay, &events[i]);
	}
	replay_put(replay, events + written, i - written);
}

/* Ends interrupted runs as their source would have. */
static void end_runs(struct replay *replay)
{
	struct tm_status ends[2];
	size_t n;

	while ((n = replay_runs_end(&replay->runs, replay->time_ns, ends)))
		replay_put(replay, ends, n);
}

/* Whether another round follows. */
static bool replay_play(struct replay *replay, struct tm_reader *in)
{
	const uint64_t before = replay->events;
	struct tm_event *events = NULL;
	ssize_t n = 0;

	if (replay->options.is_fresh &&
			getrandom(&replay->salt, sizeof(replay->salt), 0) < 0)
		err(TM_FAILED, "random numbers");
	replay->pace.clock_ns = 0;
	replay_attend(replay);
	while (!replay->is_over && (n = tm_reader_next(in, &events)) >= 0) {
		replay_pass_on(replay, events, n);
		replay_attend(replay);
	}
	replay_attend(replay); /* a request to stop ends the reading too */
	if (replay->is_over && !in->status)
		end_runs(replay);
	return replay->options.is_looped && !replay->is_over && !in->status &&
			replay->events > before;
}

static int replay_finish(
		const struct replay *replay, const struct tm_reader *in)
{
	if (replay->is_shown)
		fputs("\r\033[K", stderr);
	if (replay->error == EPIPE)
		return TM_DONE;
	if (replay->error) {
		errno = replay->error;
		warn("standard output");
		return TM_FAILED;
	}
	if (tm_loop_close(TM_DONE))
		return TM_FAILED;
	if (*in->problem)
		warnx("%s", in->problem);
	if (!in->status && replay->options.is_strict && replay->lost)
		return TM_LOSSY;
	return in->status;
}

int main(int argc, char **argv)
{
	static struct replay replay;
	struct replay_options *const options = &replay.options;
	char **const files = replay_options_parse(options, argc, argv);
	struct tm_reader in;
	bool goes_on;

	tm_loop_prepare_output();
	start_progress(&replay);
	replay.pace.speed = options->speed;
	replay.pace.idle_ns = options->idle_ns;
	if (options->for_ns)
		replay.end_ns = tm_clock_steady_ns() + options->for_ns;
	do {
		tm_loop_open(&in, files);
		goes_on = replay_play(&replay, &in);
		tm_reader_close(&in);
	} while (goes_on);
	return replay_finish(&replay, &in);
}
