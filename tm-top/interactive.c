#include <err.h>
#include <errno.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/signals.h"
#include "common/tool/progress.h"
#include "draw.h"
#include "interactive.h"
#include "screen.h"

/* Between two pictures, if there is something new. */
#define SLOT_NS (TM_SECOND_NS / 10)
/* By then the other programs of the pipeline have printed their messages. */
#define AFTER_NS (TM_SECOND_NS / 2)

struct interactive {
	struct top *top;
	struct top_view view;
	struct tm_progress progress;
	uint64_t interval_ns, drawn_ns, ended_ns;
	uint64_t drawn_given; /* events taken by then */
	bool is_wanted;	      /* draw at once */
	bool is_gone;	      /* the terminal was closed */
	bool failed;	      /* out of memory */
};

/* Whether there are new rates, or more events of the first ones. */
static bool interactive_has_news(const struct interactive *run)
{
	const struct top *const top = run->top;

	return top->is_over ||
			(clock_is_new(&top->all.clock) &&
					top->feed.given != run->drawn_given);
}

static uint64_t interactive_due_ns(const struct interactive *run)
{
	if (run->is_wanted)
		return 0;
	if (run->ended_ns == UINT64_MAX) /* nothing changes any more */
		return tm_clock_steady_ns() + TM_SECOND_NS;
	if (!run->view.paused && interactive_has_news(run))
		return run->drawn_ns + SLOT_NS;
	return run->drawn_ns + run->interval_ns;
}

/* Waits for a key, an event, a signal or the time of the next picture. */
static void wait_for_news(struct interactive *run)
{
	const uint64_t now_ns = tm_clock_steady_ns(),
		       next_ns = interactive_due_ns(run);
	struct pollfd sources[2] = {
		{ .fd = screen_fd(), .events = POLLIN },
		{ .events = POLLIN },
	};
	int limit_ms = next_ns > now_ns ? (next_ns - now_ns) / TM_MS_NS + 1 : 0;

	limit_ms = feed_wait_ms(&run->top->feed, limit_ms, &sources[1].fd);
	if (poll(sources, 2, limit_ms) > 0)
		run->is_gone = sources[0].revents & (POLLHUP | POLLERR);
}

static void interactive_take_keys(struct interactive *run)
{
	wint_t key;
	int kind;

	while ((kind = get_wch(&key)) != ERR) {
		if (kind == KEY_CODE_YES && key == KEY_RESIZE)
			screen_refresh();
		else
			view_take_key(&run->view, key, kind == KEY_CODE_YES);
		run->is_wanted = true;
	}
}

/* Removes what other programs of the pipeline printed as they ended. */
static void interactive_clean_up(struct interactive *run)
{
	if (!run->top->feed.has_ended)
		return;
	if (!run->ended_ns) {
		run->ended_ns = tm_clock_steady_ns();
		clock_end(&run->top->all.clock);
		if (run->top->question)
			clock_end(&run->top->question->traffic.clock);
		run->is_wanted = true;
	} else if (run->ended_ns != UINT64_MAX &&
			tm_clock_steady_ns() - run->ended_ns > AFTER_NS) {
		run->ended_ns = UINT64_MAX;
		screen_refresh();
		run->is_wanted = true;
	}
}

static void interactive_attend(struct interactive *run)
{
	if (screen_resize())
		run->is_wanted = true;
	if (!tm_signal_take(SIGUSR1))
		return;
	run->view.note = tm_progress_text(
			&run->progress, &run->top->feed.reader);
	if (!isatty(STDERR_FILENO))
		warnx("%s", run->view.note);
	run->is_wanted = true;
}

static void interactive_draw(struct interactive *run)
{
	if (tm_clock_steady_ns() < interactive_due_ns(run))
		return;
	run->failed |= view_draw(&run->view);
	run->drawn_ns = tm_clock_steady_ns();
	run->drawn_given = run->top->feed.given;
	run->is_wanted = run->top->is_over = false;
}

/* An invalid record ends the view as any error does; after a cut it stays. */
static bool is_broken(const struct top *top)
{
	return top->feed.has_ended && top->feed.reader.status &&
			!top->feed.reader.at_end;
}

static void interactive_loop(struct interactive *run)
{
	struct top *const top = run->top;

	while (!run->failed && !run->is_gone && !run->view.wants_out &&
			!tm_stop_requested() && !is_broken(top)) {
		wait_for_news(run);
		interactive_take_keys(run);
		interactive_attend(run);
		top_take(top, &run->failed);
		top_pass(top);
		interactive_clean_up(run);
		interactive_draw(run);
	}
}

/* Ctrl-C also ends the programs before this one. Reads until they have ended,
 * unless the terminal is gone and nobody could press Ctrl-C again. */
static void interactive_drain(struct feed *feed)
{
	struct tm_event *events;

	while (tm_stop_requested() && !screen_is_lost() && !feed->has_ended)
		feed->has_ended = tm_reader_next(&feed->reader, &events) < 0;
}

const char *interactive_run(struct top *top)
{
	static struct interactive run; /* large */
	const char *problem;

	run.top = top;
	run.interval_ns = top->options->interval_ns ? top->options->interval_ns
						    : TM_SECOND_NS;
	problem = screen_start();
	if (problem)
		return problem;
	tm_progress_start(&run.progress, true);
	view_start(&run.view, top);
	run.is_wanted = true;
	interactive_loop(&run);
	screen_stop();
	if (run.failed)
		return "out of memory";
	interactive_drain(&top->feed);
	return NULL;
}
