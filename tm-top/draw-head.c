#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "picture.h"
#include "put.h"

#define STALE_NS (3 * TM_SECOND_NS)
#define WIDE 100
#define NARROW 60

/* The title: whose traffic, when, and whether it still comes. */

static const char *format_clock(
		char out[32], uint64_t time_ns, const char *format)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	struct tm local;

	if (!time_ns || !localtime_r(&seconds, &local) ||
			!strftime(out, 32, format, &local))
		strcpy(out, "-");
	return out;
}

static unsigned put_speed(const struct feed *feed, unsigned room)
{
	if (!feed->is_recording || feed->has_ended)
		return room;
	if (feed->speed <= 0)
		return put_end(TITLE_LINE, room, screen_paint(NOTICE),
				"as fast as it goes");
	return put_end(TITLE_LINE, room, screen_paint(NOTICE), "replay %gx",
			feed->speed);
}

/* A recording's clock is its own. */
static uint64_t tick_age_ns(const struct top_view *view)
{
	const struct source *const source = &view->summary.source;
	const uint64_t time_ns = view->summary.time_ns;

	if (!view->top->feed.is_recording)
		return tm_clock_steady_ns() - source->heard_ns;
	return time_ns > source->tick_ns ? time_ns - source->tick_ns : 0;
}

static unsigned put_end_of(const struct feed *feed, unsigned room)
{
	if (feed->reader.status == TM_CUT)
		return put_end(TITLE_LINE, room, screen_paint(ALARM), "CUT");
	return put_end(TITLE_LINE, room, screen_paint(NOTICE), "ended");
}

/* That it has ended is also said of a picture of before. */
static unsigned put_tick(
		const struct top_view *view, unsigned room, bool is_narrow)
{
	const uint64_t age_ns = tick_age_ns(view);

	if (view->top->feed.has_ended)
		return put_end_of(&view->top->feed, room);
	if (view->paused)
		return room;
	if (!view->summary.source.has_ticks)
		return put_end(TITLE_LINE, room, PLAIN, "no TICK yet");
	if (age_ns >= STALE_NS)
		return put_end(TITLE_LINE, room, screen_paint(ALARM),
				is_narrow ? "STALE %.0f s"
					  : "STALE: no TICK for %.0f s",
				age_ns / 1e9);
	return put_end(TITLE_LINE, room, PLAIN,
			is_narrow ? "%.1f s" : "TICK %.1f s ago", age_ns / 1e9);
}

static void put_host(const struct source *source, unsigned room)
{
	char host[TEXT_SIZE], more[32] = "";
	const struct span span = { 8, room > 8 ? room - 8 : 0 };

	put(TITLE_LINE, 0, screen_paint(HEADING), "tm-top");
	if (source->runs.count > 1)
		snprintf(more, sizeof(more), " and %u more",
				source->runs.count - 1);
	snprintf(host, sizeof(host), "%s%s", source->host, more);
	if (span.columns)
		put_fitted(TITLE_LINE, &span, screen_paint(STRONG), host);
}

static void draw_title(const struct picture *picture)
{
	const struct top_view *const view = picture->view;
	const struct summary *const summary = &view->summary;
	const unsigned columns = picture->layout.columns;
	const char *const format =
			columns < WIDE ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S";
	char rate[SHORT_SIZE], clock[32];
	unsigned room;

	short_bits(rate, summary->events_per_second);
	room = columns < NARROW
			? columns
			: put_end(TITLE_LINE, columns, PLAIN, "%*s events/s",
					  SHORT_COLUMNS, rate);
	room = put_tick(view, room, columns < NARROW);
	room = put_speed(&view->top->feed, room);
	room = put_end(TITLE_LINE, room, screen_paint(STRONG), "%s",
			format_clock(clock, summary->time_ns, format));
	put_host(&summary->source, room);
}

/* What has no owner, and what was lost. */

struct sum {
	const char *name, *short_name;
	const struct tm_amount *amount;
	bool is_bad, is_apart; /* no part of all */
};

/* Less is written of each the less room there is. */
static unsigned format_sum(char out[TEXT_SIZE], const struct sum *sum,
		uint64_t all, int detail)
{
	char size[TM_IEC_SIZE], shorter[SHORT_SIZE];
	const uint64_t bytes = sum->amount->bytes;

	if (!detail)
		snprintf(out, TEXT_SIZE, "%s %s", sum->short_name,
				short_bytes(shorter, bytes));
	else if (detail == 1 || !bytes || !all || sum->is_apart)
		snprintf(out, TEXT_SIZE, "%s %s", sum->name,
				tm_iec_format(size, bytes));
	else
		snprintf(out, TEXT_SIZE, "%s %s (%.1f %%)", sum->name,
				tm_iec_format(size, bytes),
				bytes * 100.0 / all);
	return strlen(out);
}

static void draw_sums(const struct picture *picture)
{
	const struct summary *const summary = &picture->view->summary;
	const uint64_t bytes = summary->bytes;
	const struct sum sums[] = {
		{ "nobody's", "none", &summary->nobody, false, false },
		{ "unattributed", "unattr", &summary->unattributed, false,
				true },
		{ "lost", "lost", &summary->lost, true, false },
	};
	const unsigned count = sizeof(sums) / sizeof(*sums);
	char text[TEXT_SIZE];
	unsigned needed, at = 0;
	int detail = 3;

	do {
		detail--;
		needed = 0;
		for (unsigned i = 0; i < count; i++)
			needed += format_sum(text, &sums[i], bytes, detail) + 3;
	} while (detail && needed > picture->layout.columns + 3);
	for (unsigned i = 0; i < count; i++) {
		const bool is_alarm = sums[i].is_bad && sums[i].amount->packets;
		const unsigned length =
				format_sum(text, &sums[i], bytes, detail);

		put(SUMS_LINE, at,
				is_alarm ? screen_paint(ALARM)
					 : screen_paint(PLAIN),
				text);
		at += length + (detail ? 3 : 2);
	}
}

/* Where this is: alice > curl 4242 > 17 remote hosts. */
static unsigned draw_place(const struct picture *picture)
{
	static const char *const names[LEVELS + 1][2] = { { "user", "users" },
		{ "process", "processes" }, { "remote host", "remote hosts" },
		{ "conversation", "conversations" } };
	const struct top_view *const view = picture->view;
	const struct item_place *const place = &view->stops[view->depth].place;
	/* where a host is listed once for each process that talks to it */
	const unsigned name = place->level == REMOTE && place->depth < REMOTE
			? LEVELS
			: place->level;
	const uint32_t count = view->listing.count;
	const char *const into = text_is_utf8() ? " \u203a " : " > ";
	char text[TEXT_SIZE], label[TEXT_SIZE], fitted[TEXT_SIZE];
	unsigned used = 0;

	*text = '\0';
	for (unsigned i = 0; i < place->depth; i++) {
		label_text(label, &picture->sight, i, &place->keys[i]);
		text_fit(fitted, label, 32);
		used += snprintf(text + used, sizeof(text) - used, "%s%s",
				fitted, into);
		if (i == PROCESS && place->keys[i].number)
			used += snprintf(text + used - strlen(into),
						sizeof(text) - used, " %u%s",
						place->keys[i].number, into) -
					strlen(into);
	}
	snprintf(text + used, sizeof(text) - used, "%u %s", count,
			names[name][count != 1]);
	used = text_cut(fitted, text, picture->layout.columns);
	put(PLACE_LINE, 0, screen_paint(STRONG), fitted);
	return used + 2;
}

static unsigned put_pause(
		const struct top_view *view, unsigned columns, unsigned left)
{
	char clock[32], text[64];

	format_clock(clock, view->summary.time_ns, "%H:%M:%S");
	snprintf(text, sizeof(text), "PAUSED at %s", clock);
	if (left + strlen(text) > columns) /* the title has it too */
		strcpy(text, "PAUSED");
	return put_end(PLACE_LINE, columns, screen_paint(NOTICE), "%s", text);
}

/* What the user has set, right of left. */
static void draw_state(const struct picture *picture, unsigned left)
{
	const struct top_view *const view = picture->view;
	const char *const unknown = top_unknown_name(view->top);
	const unsigned notice = screen_paint(NOTICE);
	unsigned room = picture->layout.columns;
	char text[3 * TEXT_SIZE], name[TEXT_SIZE], fitted[TEXT_SIZE];

	if (view->paused)
		room = put_pause(view, room, left);
	if (view->sorting.is_frozen)
		room = put_end(PLACE_LINE, room, notice, "FROZEN");
	if (!view->top->question || room <= left)
		return;
	text_fit(fitted, view_question(view), TEXT_SIZE);
	snprintf(text, sizeof(text), "filter: %s", fitted);
	if (unknown) {
		text_fit(name, unknown, 32);
		snprintf(text, sizeof(text), "filter: %s (no %s seen)", fitted,
				name);
	}
	text_cut(fitted, text, room - left);
	put_end(PLACE_LINE, room, notice, "%s", fitted);
}

void draw_head(const struct picture *picture)
{
	draw_title(picture);
	draw_sums(picture);
	draw_state(picture, draw_place(picture));
}
