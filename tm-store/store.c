#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/history/dictionary.h"
#include "common/history/history.h"
#include "common/history/open.h"
#include "common/history/schema.h"
#include "common/history/sources.h"
#include "common/history/where.h"
#include "common/show/table.h"
#include "store-batch.h"
#include "store.h"

#define COMMIT_NS TM_SECOND_NS
#define TICK_NS (TM_SECOND_NS / 5) /* after a TICK, if no more is there */
#define LAST_TRIES 5
#define BYTES_MOST (UINT64_C(1) << 48)		/* of an event of traffic */
#define TIME_MOST UINT64_C(7258118400000000000) /* the year 2200 */

struct store {
	const struct store_options *options;
	struct tm_history *history;
	struct tm_dictionary *dictionary;
	struct tm_sources *sources;
	struct tm_commit *commit;
	struct batch batch;
	uint64_t tried_ns; /* CLOCK_MONOTONIC */
	bool is_dirty;
	bool has_tick;
	bool is_failing;
	bool has_large_log, has_left_out,
			has_odd_clock; /* which was reported */
	bool wants_reopening;
	uint64_t unsound;
};

/* --- opening --- */

static void empty_batch(struct store *store)
{
	batch_empty(&store->batch);
	store->is_dirty = store->has_tick = false;
}

static void report_counted(uint64_t run, uint64_t counted)
{
	if (counted == TM_RUN_ENDED)
		warnx("run %" PRIu64 " is in the history: not added again",
				run);
	else
		warnx("run %" PRIu64 " is in the history up to event %" PRIu64
		      ": added from there on",
				run, counted);
}

struct store *store_open(const struct store_options *options)
{
	struct store *const store = calloc(1, sizeof(*store));
	int status;

	if (!store)
		err(TM_FAILED, NULL);
	store->options = options;
	store->history = tm_history_open(
			options->path, TM_HISTORY_WRITE, &status);
	if (status)
		errx(status, "%s%s", tm_history_problem(store->history),
				tm_history_hint(options->path));
	store->dictionary = tm_dictionary_new(store->history);
	store->sources = tm_sources_new(store->history,
			options->is_quiet ? NULL : report_counted);
	store->commit = tm_commit_new(store->history, &options->retention);
	if (!store->dictionary || !store->sources || !store->commit)
		errx(TM_FAILED, "%s", tm_history_problem(store->history));
	store->tried_ns = tm_clock_coarse_ns();
	batch_init(&store->batch, options->retention.remotes);
	return store;
}

int store_directory(const struct store *store)
{
	return tm_history_directory(store->history);
}

/* --- all events --- */

static bool is_summed(const struct tm_event *event)
{
	return event->kind <= TM_UNATTRIBUTED;
}

/* SQLite's integers have 63 bits, and sums beyond them become inexact. */
static bool is_event_sound(const struct tm_event *event)
{
	return event->time_ns < TIME_MOST &&
			(!is_summed(event) || event->bytes < BYTES_MOST);
}

static void store_leave_out(struct store *store, const char *what)
{
	warnx("out of memory: %s is left out", what);
	store->has_left_out = true;
}

static void store_note(struct store *store, const struct tm_event *event)
{
	if ((event->kind == TM_NAME || event->kind == TM_START) &&
			tm_dictionary_note(store->dictionary, event))
		store_leave_out(store, "a name");
	if (event->kind == TM_NAME)
		return;
	if (!is_event_sound(event)) {
		store->unsound++;
		return;
	}
	if (tm_sources_note(store->sources, event, &store->batch.sums.host))
		store_leave_out(store, "a START, TICK or END");
	if (event->kind != TM_TICK && event->kind != TM_END)
		return;
	batch_note_time(&store->batch, event->time_ns);
	store->has_tick |= event->direction == TM_OUT;
}

static void store_cover(struct store *store, const struct tm_event *event)
{
	if (is_event_sound(event))
		tm_sources_cover(store->sources, event->time_ns);
}

/* Adds the traffic up to a record of another kind. Returns how many events. */
static size_t store_take_some(struct store *store,
		const struct tm_event *events, size_t count)
{
	struct tm_runs *const runs = tm_sources_runs(store->sources);
	const uint64_t before = tm_runs_counted(runs);
	size_t i = 0;

	while (i < count && is_summed(&events[i])) {
		if (!is_event_sound(&events[i]))
			store->unsound++;
		else if (i >= before)
			batch_take(&store->batch, store->dictionary,
					&events[i]);
		i++;
	}
	tm_runs_pass(runs, i);
	store_cover(store, &events[0]);
	store_cover(store, &events[i - 1]);
	return i;
}

static bool store_is_full(const struct store *store)
{
	return (batch_is_full(&store->batch) ||
			       tm_dictionary_is_full(store->dictionary)) &&
			!store->is_failing;
}

void store_take(struct store *store, const struct tm_event *events,
		size_t count)
{
	size_t i = 0;

	store->is_dirty = store->is_dirty || count;
	while (i < count) {
		if (is_summed(&events[i]))
			i += store_take_some(store, &events[i], count - i);
		else
			store_note(store, &events[i++]);
		if (store_is_full(store))
			store_work(store, false);
	}
}

/* --- writing --- */

static void say_failing(struct store *store)
{
	if (!store->is_failing)
		warnx("%s; new sums are kept in memory, and tried again each "
		      "second",
				tm_history_problem(store->history));
	store->is_failing = true;
}

static void say_well(struct store *store)
{
	if (store->is_failing)
		warnx("%s: can be written again; %" PRIu64 " events (%" PRIu64
		      " bytes) are owed",
				store->options->path, store->batch.owed_events,
				store->batch.owed_bytes);
	store->is_failing = false;
}

static void check_log(struct store *store)
{
	const unsigned mib = tm_commit_log_mib(store->commit);

	if (mib && !store->has_large_log)
		warnx("%s-wal: %u MiB, because a reader does not end; it grows "
		      "until then",
				store->options->path, mib);
	store->has_large_log = mib;
}

/* Such records are kept; whoever is right, it is not a history of the past. */
static void check_clock(struct store *store)
{
	char time[TM_TIME_SIZE];

	if (store->has_odd_clock || store->options->is_quiet ||
			store->batch.sums.newest_ns <=
					tm_clock_wall_ns() + TM_HOUR_NS)
		return;
	store->has_odd_clock = true;
	warnx("%s: records of %s are ahead of this machine's clock; 'tm-store "
	      "prune --ahead' removes them",
			store->options->path,
			tm_time_format(time, store->batch.sums.newest_ns));
}

static void say_shortened(struct store *store)
{
	const struct tm_pruned *const pruned =
			tm_commit_shortened(store->commit);
	char time[TM_TIME_SIZE];

	for (int r = 0; pruned && r < TM_HISTORY_RESOLUTIONS; r++) {
		if (!pruned->rows[r])
			continue;
		warnx("%s: removed %" PRIu64 " rows of %ss before %s: %ss are "
		      "kept for a shorter time than before",
				store->options->path, pruned->rows[r],
				tm_history_resolution_name(r),
				tm_time_format(time, pruned->before_ns[r]),
				tm_history_resolution_name(r));
	}
}

static void write_batch(struct store *store)
{
	store->tried_ns = tm_clock_coarse_ns();
	if (!store->is_dirty)
		return;
	if (tm_commit_write(store->commit, &store->batch.sums,
			    store->dictionary, store->sources)) {
		say_failing(store);
		return;
	}
	say_well(store);
	check_log(store);
	check_clock(store);
	say_shortened(store);
	empty_batch(store);
}

/* The sums in memory have the numbers of the old database, so they are written
 * to it first. */
static void store_reopen_now(struct store *store)
{
	if (store->is_dirty)
		return;
	tm_commit_forget(store->commit);
	tm_dictionary_forget(store->dictionary);
	if (tm_history_reopen(store->history) ||
			tm_dictionary_move(store->dictionary)) {
		say_failing(store);
		return;
	}
	tm_sources_move(store->sources);
	store->wants_reopening = false;
}

static uint64_t due_ns(const struct store *store, bool idle)
{
	const bool is_told = idle && store->has_tick && !store->is_failing;

	return store->tried_ns + (is_told ? TICK_NS : COMMIT_NS);
}

int store_patience(const struct store *store)
{
	const int64_t left = due_ns(store, true) - tm_clock_coarse_ns();

	if (!store->is_dirty && !store->wants_reopening)
		return -1;
	return left <= 0 ? 0 : left / TM_MS_NS + 1;
}

void store_work(struct store *store, bool idle)
{
	if (!store_is_full(store) &&
			(int64_t)(due_ns(store, idle) - tm_clock_coarse_ns()) >
					0)
		return;
	write_batch(store);
	if (store->wants_reopening)
		store_reopen_now(store);
}

void store_reopen(struct store *store)
{
	store->wants_reopening = true;
	write_batch(store);
	store_reopen_now(store);
}

void store_owed(const struct store *store, uint64_t *events, uint64_t *bytes)
{
	*events = store->batch.owed_events + store->batch.events;
	*bytes = store->batch.owed_bytes + store->batch.bytes;
}

static void free_all(struct store *store)
{
	tm_commit_free(store->commit);
	tm_dictionary_free(store->dictionary);
	tm_sources_free(store->sources);
	tm_history_close(store->history);
	batch_free(&store->batch);
	free(store);
}

uint64_t store_unsound(const struct store *store)
{
	return store->unsound;
}

int store_close(struct store *store)
{
	const struct timespec pause = { .tv_sec = 1 };
	const char *const path = store->options->path;
	uint64_t events, bytes;

	write_batch(store);
	for (int i = 0; i < LAST_TRIES && store->is_dirty; i++) {
		nanosleep(&pause, NULL);
		write_batch(store);
	}
	if (store->is_dirty && !store->batch.events)
		warnx("%s: the last records were not written", path);
	store_owed(store, &events, &bytes);
	if (events)
		warnx("%s: %" PRIu64 " events (%" PRIu64
		      " bytes) are owed: they could not be written",
				path, events, bytes);
	if (tm_dictionary_has_failed(store->dictionary))
		store_leave_out(store, "a name or a remote");
	if (store->batch.sums.jobs.left_out)
		store_leave_out(store, "traffic of jobs");
	events += store->is_dirty || store->has_left_out;
	free_all(store);
	return events ? -1 : 0;
}
