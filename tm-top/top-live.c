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
#include "screen.h"
#include "top-live.h"

#define SLOT_NS                                                                \
	(TM_SECOND_NS / 10) /* from a picture to the one of a new slot */
#define AFTER_NS                                                               \
	(TM_SECOND_NS / 2) /* the end: others may have written by then         \
			    */

struct show {
	struct top *top;
	struct top_view view;
	struct tm_progress progress;
	uint64_t interval_ns, drawn_ns, ended_ns;
	bool is_wanted; /* a picture, at once */
	bool is_gone;	/* the terminal */
	bool failed;	/* no memory */
};

static uint64_t due_ns(const struct show *show)
{
	if (show->is_wanted)
		return 0;
	if (show->ended_ns == UINT64_MAX) /* nothing changes any more */
		return tm_clock_steady_ns() + TM_SECOND_NS;
	if (show->top->is_over && !show->view.paused)
		return show->drawn_ns + SLOT_NS;
	return show->drawn_ns + show->interval_ns;
}

/* Waits for a key, an event, a signal or the time of the next picture. */
static void wait_for_news(struct show *show)
{
	const uint64_t now_ns = tm_clock_steady_ns(), next_ns = due_ns(show);
	struct pollfd sources[2] = {
		{ .fd = screen_fd(), .events = POLLIN },
		{ .events = POLLIN },
	};
	int limit_ms = next_ns > now_ns ? (next_ns - now_ns) / TM_MS_NS + 1 : 0;

	limit_ms = feed_wait_ms(&show->top->feed, limit_ms, &sources[1].fd);
	if (poll(sources, 2, limit_ms) > 0)
		show->is_gone = sources[0].revents & (POLLHUP | POLLERR);
}

static void take_keys(struct show *show)
{
	wint_t key;
	int kind;

	while ((kind = get_wch(&key)) != ERR) {
		if (kind == KEY_CODE_YES && key == KEY_RESIZE)
			screen_refresh();
		else
			view_take_key(&show->view, key, kind == KEY_CODE_YES);
		show->is_wanted = true;
	}
}

/* What other programs of the pipeline wrote on the screen as they ended. */
static void clean_up(struct show *show)
{
	if (!show->top->feed.has_ended)
		return;
	if (!show->ended_ns) {
		show->ended_ns = tm_clock_steady_ns();
		clock_end(&show->top->all.clock);
		if (show->top->question)
			clock_end(&show->top->question->traffic.clock);
		show->is_wanted = true;
	} else if (show->ended_ns != UINT64_MAX &&
			tm_clock_steady_ns() - show->ended_ns > AFTER_NS) {
		show->ended_ns = UINT64_MAX;
		screen_refresh();
		show->is_wanted = true;
	}
}

static void attend(struct show *show)
{
	if (screen_resize())
		show->is_wanted = true;
	if (!tm_signal_take(SIGUSR1))
		return;
	show->view.note = tm_progress_text(
			&show->progress, &show->top->feed.reader);
	if (!isatty(STDERR_FILENO))
		warnx("%s", show->view.note);
	show->is_wanted = true;
}

static void draw_if_due(struct show *show)
{
	if (tm_clock_steady_ns() < due_ns(show))
		return;
	show->failed |= draw(&show->view);
	show->drawn_ns = tm_clock_steady_ns();
	show->is_wanted = show->top->is_over = false;
}

/* A record that is none ends the view as any error does; a stream that was cut
 * is one that has ended. */
static bool is_broken(const struct top *top)
{
	return top->feed.has_ended && top->feed.reader.status &&
			!top->feed.reader.at_end;
}

static void show_all(struct show *show)
{
	struct top *const top = show->top;

	while (!show->failed && !show->is_gone && !show->view.wants_out &&
			!tm_stop_requested() && !is_broken(top)) {
		wait_for_news(show);
		take_keys(show);
		attend(show);
		top_take(top, &show->failed);
		top_pass(top);
		clean_up(show);
		draw_if_due(show);
	}
}

/* Ctrl-C ends what is before us too: what comes until then is taken, as long as
 * somebody is there to quit with another one. */
static void drain(struct feed *feed)
{
	struct tm_event *events;

	while (tm_stop_requested() && !screen_is_lost() && !feed->has_ended)
		feed->has_ended = tm_reader_next(&feed->reader, &events) < 0;
}

const char *live_run(struct top *top)
{
	static struct show show; /* as large as its editor */
	const char *problem;

	show.top = top;
	show.interval_ns = top->options->interval_ns ? top->options->interval_ns
						     : TM_SECOND_NS;
	problem = screen_start();
	if (problem)
		return problem;
	tm_progress_start(&show.progress, true);
	view_start(&show.view, top);
	show.is_wanted = true;
	show_all(&show);
	screen_stop();
	if (show.failed)
		return "out of memory";
	drain(&top->feed);
	return NULL;
}
