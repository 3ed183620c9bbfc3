#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/index.h"
#include "common/base/room.h"
#include "common/history/commit.h"
#include "common/history/dictionary.h"
#include "common/history/history.h"
#include "common/history/open.h"
#include "common/history/schema.h"
#include "common/history/sources.h"
#include "common/history/where.h"
#include "common/show/table.h"
#include "store.h"

#define COMMIT_NS TM_SECOND_NS
#define TICK_NS (TM_SECOND_NS / 5) /* after a TICK, if no more is there */
#define LAST_TRIES 5
#define BYTES_MOST (UINT64_C(1) << 48)		/* of an event of traffic */
#define TIME_MOST UINT64_C(7258118400000000000) /* the year 2200 */
#define ROWS_MAX 262144				/* sums in memory; 25 MiB */
#define ROWS_SPARE 65536 /* more, by user only, while the disk is full */
#define ROWS_TIMES 4	 /* sums of a user, as a multiple of the remotes kept */

/* A user's sums of a minute: a list of rows. */
struct user {
	uint32_t count, first;
};

struct store {
	const struct store_options *options;
	struct tm_history *history;
	struct tm_dictionary *dictionary;
	struct tm_sources *sources;
	struct tm_commit *commit;
	struct tm_batch batch;
	struct tm_index users; /* of a minute, in the batch */
	struct user *user_sums;
	uint32_t user_room;
	uint64_t minute_ns; /* the last event's */
	uint32_t minute;
	uint64_t tried_ns; /* CLOCK_MONOTONIC */
	bool is_dirty;
	bool has_tick;
	bool is_failing;
	bool has_large_log, has_left_out,
			has_odd_clock; /* which was reported */
	bool wants_reopening;
	uint64_t events, bytes; /* in the batch */
	uint64_t unsound;
	uint64_t owed_events, owed_bytes; /* that had no room in the batch */
};

/* --- opening --- */

static void empty_batch(struct store *store)
{
	tm_store_sums_clear(&store->batch.traffic);
	tm_store_sums_clear(&store->batch.host);
	store->batch.has_time = false;
	store->batch.newest_ns = 0;
	store->batch.first_ns = UINT64_MAX;
	tm_index_free(&store->users);
	store->events = store->bytes = 0;
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
	tm_store_sums_init(&store->batch.traffic);
	tm_store_sums_init(&store->batch.host);
	empty_batch(store);
	return store;
}

int store_directory(const struct store *store)
{
	return tm_history_directory(store->history);
}

/* --- one event --- */

static void store_owe(struct store *store, const struct tm_event *event)
{
	store->owed_events++;
	store->owed_bytes += event->bytes;
	store->events--;
	store->bytes -= event->bytes;
}

static struct user *store_find_user(
		struct store *store, const struct tm_store_sum_key *key)
{
	const uint64_t user =
			(uint64_t)key->minute << 32 | key->values[TM_KEY_USER];
	uint32_t number = tm_index_find(&store->users, user);
	struct user *more;

	if (number != TM_INDEX_NONE)
		return &store->user_sums[number];
	more = tm_room_for(store->user_sums, &store->user_room,
			store->users.count, sizeof(*more));
	if (!more)
		return NULL;
	store->user_sums = more;
	number = tm_index_add(&store->users, user);
	if (number == TM_INDEX_NONE)
		return NULL;
	more[number] = (struct user){ 0, TM_SUM_NONE };
	return &more[number];
}

/* Limits the sums of a user's minute in a batch: the largest remotes are kept.
 * If that does not help, because the processes are too many, further traffic
 * goes to the remainder. */
static bool is_crowd(struct store *store, struct user *user)
{
	const uint32_t remotes = store->options->retention.remotes;

	if (user->count >= ROWS_TIMES * remotes)
		user->count = tm_store_sums_fold(&store->batch.traffic,
				&user->first, ROWS_TIMES * remotes / 2);
	return user->count >= ROWS_TIMES * remotes;
}

/* A new sum; NULL if there is no room for it. */
static struct tm_sum *find_room(
		struct store *store, struct tm_store_sum_key key)
{
	struct tm_store_sums *const sums = &store->batch.traffic;
	struct user *const user = store_find_user(store, &key);
	struct tm_sum *sum;
	uint32_t row;

	if (!user)
		return NULL;
	if (is_crowd(store, user) || sums->table.count >= ROWS_MAX) {
		key.values[TM_KEY_PROCESS] = TM_HISTORY_REMAINDER;
		key.values[TM_KEY_REMOTE] = TM_HISTORY_REMAINDER;
		sum = tm_store_sums_known(sums, &key);
		if (sum)
			return sum;
	}
	if (sums->table.count >= ROWS_MAX + ROWS_SPARE)
		return NULL;
	sum = tm_store_sums_find(sums, &key);
	if (!sum)
		return NULL;
	row = sum - sums->table.rows;
	*tm_store_sums_next(sums, row) = user->first;
	user->first = row;
	user->count++;
	return sum;
}

static void note_time(struct store *store, uint64_t time_ns)
{
	if (time_ns > store->batch.newest_ns)
		store->batch.newest_ns = time_ns;
	if (time_ns < store->batch.first_ns)
		store->batch.first_ns = time_ns;
	store->batch.has_time = true;
}

static void take_traffic(struct store *store, const struct tm_event *event)
{
	struct tm_store_sum_key key = { .minute = store->minute };
	struct tm_sum *sum;

	tm_dictionary_values(store->dictionary, event, key.values);
	sum = tm_store_sums_known(&store->batch.traffic, &key);
	if (!sum)
		sum = find_room(store, key);
	if (sum)
		tm_sum_count(sum, event);
	else
		store_owe(store, event);
}

static void take_unattributed(struct store *store, const struct tm_event *event)
{
	const struct tm_store_sum_key key = {
		.minute = store->minute,
		.values = {
			[TM_KEY_PROCESS] = TM_HISTORY_UNATTRIBUTED,
			[TM_KEY_INTERFACE] = tm_dictionary_interface(
					store->dictionary, event),
		},
	};
	struct tm_sum *const sum = tm_store_sums_find(&store->batch.host, &key);

	if (sum)
		tm_sum_count(sum, event);
	else
		store_owe(store, event);
}

static void take_sum(struct store *store, const struct tm_event *event)
{
	const uint64_t since = event->time_ns - store->minute_ns;

	if (since >= TM_MINUTE_NS || !store->minute_ns) {
		store->minute = event->time_ns / TM_MINUTE_NS;
		store->minute_ns = store->minute * TM_MINUTE_NS;
	}
	note_time(store, event->time_ns);
	store->events++;
	store->bytes += event->bytes;
	if (event->kind == TM_UNATTRIBUTED)
		take_unattributed(store, event);
	else
		take_traffic(store, event);
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
	if (event->kind == TM_NAME) {
		if (tm_dictionary_note(store->dictionary, event))
			store_leave_out(store, "a name");
		return;
	}
	if (!is_event_sound(event)) {
		store->unsound++;
		return;
	}
	if (tm_sources_note(store->sources, event, &store->batch.host))
		store_leave_out(store, "a START, TICK or END");
	if (event->kind != TM_TICK && event->kind != TM_END)
		return;
	note_time(store, event->time_ns);
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
			take_sum(store, &events[i]);
		i++;
	}
	tm_runs_pass(runs, i);
	store_cover(store, &events[0]);
	store_cover(store, &events[i - 1]);
	return i;
}

static bool store_is_full(const struct store *store)
{
	return (store->batch.traffic.table.count >= ROWS_MAX ||
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
				store->options->path, store->owed_events,
				store->owed_bytes);
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
			store->batch.newest_ns <=
					tm_clock_wall_ns() + TM_HOUR_NS)
		return;
	store->has_odd_clock = true;
	warnx("%s: records of %s are ahead of this machine's clock; 'tm-store "
	      "prune --ahead' removes them",
			store->options->path,
			tm_time_format(time, store->batch.newest_ns));
}

static void write_batch(struct store *store)
{
	store->tried_ns = tm_clock_coarse_ns();
	if (!store->is_dirty)
		return;
	if (tm_commit_write(store->commit, &store->batch, store->dictionary,
			    store->sources)) {
		say_failing(store);
		return;
	}
	say_well(store);
	check_log(store);
	check_clock(store);
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
	*events = store->owed_events + store->events;
	*bytes = store->owed_bytes + store->bytes;
}

static void free_all(struct store *store)
{
	tm_commit_free(store->commit);
	tm_dictionary_free(store->dictionary);
	tm_sources_free(store->sources);
	tm_history_close(store->history);
	tm_store_sums_free(&store->batch.traffic);
	tm_store_sums_free(&store->batch.host);
	tm_index_free(&store->users);
	free(store->user_sums);
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
	if (store->is_dirty && !store->events)
		warnx("%s: the last records were not written", path);
	store_owed(store, &events, &bytes);
	if (events)
		warnx("%s: %" PRIu64 " events (%" PRIu64
		      " bytes) are owed: they could not be written",
				path, events, bytes);
	if (tm_dictionary_has_failed(store->dictionary))
		store_leave_out(store, "a process, a remote or an interface");
	events += store->is_dirty || store->has_left_out;
	free_all(store);
	return events ? -1 : 0;
}
