#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/filter/notes.h"
#include "common/tool/progress.h"
#include "listing.h"

#define DEFAULT_NS (10 * TM_SECOND_NS)
#define EARLY_NS (TM_SECOND_NS / 10) /* a TICK may be so early */
#define PAUSE_MS 250

static void batch_print_table(struct top *top, const struct sorting *sorting)
{
	static bool has_printed;
	struct list_place place = { .keys.count = 0 };
	struct rows rows = { .sources = top_sources(top) };
	const struct listing listing = {
		.out = stdout,
		.rows = &rows,
		.is_bytes = top->options->is_bytes,
		.most = top->options->top,
	};

	top_set_keys(top, &place);
	if (rows_make(&rows, top_shown(top), &place, sorting))
		err(TM_FAILED, NULL);
	if (has_printed)
		putchar('\n');
	has_printed = true;
	listing_print(&listing, top);
	rows_free(&rows);
	traffic_hide(top_shown(top));
	if (!fflush(stdout) && !ferror(stdout))
		return;
	if (errno == EPIPE)
		exit(TM_DONE);
	err(TM_FAILED, "standard output");
}

static void batch_wait(const struct top *top)
{
	tm_reader_ready(&top->feed.reader, PAUSE_MS);
}

/* Whether a table is due at the end of this slot. */
static bool batch_is_due(
		const struct top *top, uint64_t interval_ns, uint64_t *since)
{
	const uint64_t start_ns = top->all.clock.start_ns;

	if (!*since || *since > start_ns) /* the clock was set back */
		*since = *since ? start_ns : top->all.clock.first_ns;
	if (!interval_ns || start_ns + EARLY_NS < *since + interval_ns)
		return false;
	*since = start_ns;
	return true;
}

static void batch_finish(struct top *top, const struct sorting *sorting)
{
	clock_end(&top->all.clock);
	if (top->question)
		clock_end(&top->question->traffic.clock);
	if (!top->options->is_numeric)
		tm_names_settle(top->names);
	batch_print_table(top, sorting);
}

static void batch_say_notes(const struct top *top)
{
	char text[TM_LOOPBACK_SIZE];
	const char *const note = tm_loopback_note(text, &top->loopback);

	if (top->options->is_quiet)
		return;
	if (note)
		warnx("%s", note);
	if (top->question)
		tm_filter_note_names(
				&top->question->filter.sources, top_say_note);
}

void batch_run(struct top *top)
{
	const struct top_options *const options = top->options;
	const bool is_whole = top->feed.is_recording && !options->interval_ns;
	const uint64_t interval_ns = is_whole  ? 0
			: options->interval_ns ? options->interval_ns
					       : DEFAULT_NS;
	struct sorting sorting = options->sorting;
	struct tm_progress progress;
	uint64_t since_ns = 0, printed = 0, events = 0;
	bool failed = false;

	if (is_whole && !options->has_sorting)
		sorting.column = BY_TOTAL;
	tm_progress_start(&progress, options->is_quiet);
	while (!top->feed.has_ended) {
		if (tm_signal_take(SIGUSR1))
			warnx("%s",
					tm_progress_text(&progress,
							&top->feed.reader));
		if (!top_take(top, &failed))
			batch_wait(top);
		if (failed)
			err(TM_FAILED, NULL);
		top_pass(top);
		if (!top->is_over)
			continue;
		top->is_over = false;
		if (!batch_is_due(top, interval_ns, &since_ns))
			continue;
		batch_print_table(top, &sorting);
		events = top->all.events;
		if (++printed == options->count) {
			batch_say_notes(top);
			return;
		}
	}
	/* what could not be read at all has no table */
	if (!top->feed.reader.events && top->feed.reader.status)
		return;
	if (!printed || top->all.events != events)
		batch_finish(top, &sorting);
	batch_say_notes(top);
}
