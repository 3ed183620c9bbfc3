#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/index.h"
#include "common/base/room.h"
#include "coverage.h"
#include "database.h"
#include "schema.h"
#include "sources.h"

#define OPEN_MOST                                                              \
	1000 /* runs kept in memory; others are read again when they continue  \
	      */

struct source {
	uint64_t id;
	struct tm_start start; /* all 0 = none was seen */
	struct tm_status last[2];
	bool has_last[2];
	bool is_ended;
	bool is_dirty;
};

struct tm_sources {
	struct tm_history *history;
	struct tm_runs *runs;
	struct tm_index index; /* of their ids */
	struct source *all;
	uint32_t room;
	struct tm_coverage coverage;
	tm_sources_report *report;
	uint64_t next_number;
};

/* --- what the database knows --- */

static int load_runs(struct tm_sources *sources)
{
	struct tm_history *const history = sources->history;
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT id, counted, number FROM (SELECT * FROM run "
			"ORDER BY number DESC LIMIT 10000) ORDER BY number");
	int result;

	if (!statement)
		return -1;
	while ((result = tm_history_step(history, statement)) == 1) {
		tm_runs_keep(sources->runs, sqlite3_column_int64(statement, 0),
				sqlite3_column_int64(statement, 1));
		sources->next_number = sqlite3_column_int64(statement, 2) + 1;
	}
	sqlite3_finalize(statement);
	tm_runs_settle(sources->runs);
	return result;
}

/* The columns of a run. */
static struct tm_amount *amount_of(struct tm_status *status, int i)
{
	struct tm_amount *const amounts[] = { &status->seen, &status->recorded,
		&status->excluded, &status->lost };

	return amounts[i];
}

static void read_source(struct source *source, sqlite3_stmt *statement)
{
	int at = 1;

	source->is_ended = sqlite3_column_int(statement, 0);
	for (int i = TM_IN; i <= TM_OUT; i++) {
		source->has_last[i] = sqlite3_column_type(statement, at) !=
				SQLITE_NULL;
		for (int j = 0; j < 4; j++) {
			struct tm_amount *const amount =
					amount_of(&source->last[i], j);

			amount->packets = sqlite3_column_int64(statement, at++);
			amount->bytes = sqlite3_column_int64(statement, at++);
		}
	}
}

/* A run that is not in the database is new. */
static void load_source(struct tm_sources *sources, struct source *source)
{
	sqlite3_stmt *const statement = tm_history_prepare(sources->history,
			"SELECT is_ended, seen_in_packets, seen_in_bytes, "
			"recorded_in_packets, recorded_in_bytes, "
			"excluded_in_packets, excluded_in_bytes, "
			"lost_in_packets, lost_in_bytes, "
			"seen_out_packets, seen_out_bytes, "
			"recorded_out_packets, recorded_out_bytes, "
			"excluded_out_packets, excluded_out_bytes, "
			"lost_out_packets, lost_out_bytes FROM run WHERE id = ?");

	if (!statement)
		return;
	sqlite3_bind_int64(statement, 1, source->id);
	if (tm_history_step(sources->history, statement) == 1)
		read_source(source, statement);
	sqlite3_finalize(statement);
}

struct tm_sources *tm_sources_new(
		struct tm_history *history, tm_sources_report *report)
{
	struct tm_sources *const sources = calloc(1, sizeof(*sources));

	if (!sources)
		return NULL;
	sources->history = history;
	sources->next_number = 1;
	sources->report = report;
	sources->runs = tm_runs_new(false);
	if (sources->runs && !load_runs(sources))
		return sources;
	tm_sources_free(sources);
	return NULL;
}

struct tm_runs *tm_sources_runs(struct tm_sources *sources)
{
	return sources->runs;
}

/* --- records --- */

static struct source *source_find(struct tm_sources *sources, uint64_t id)
{
	uint32_t number = tm_index_find(&sources->index, id);
	struct source *more;

	if (number != TM_INDEX_NONE)
		return &sources->all[number];
	more = tm_room_for(sources->all, &sources->room, sources->index.count,
			sizeof(*more));
	if (!more)
		return NULL;
	sources->all = more;
	number = tm_index_add(&sources->index, id);
	if (number == TM_INDEX_NONE)
		return NULL;
	more[number] = (struct source){ .id = id };
	load_source(sources, &more[number]);
	return &more[number];
}

static int sources_note_start(
		struct tm_sources *sources, const struct tm_start *start)
{
	struct source *source;
	uint64_t before;

	if (tm_runs_start(sources->runs, start->run_id, &before))
		return -1;
	if (before && sources->report)
		sources->report(start->run_id, before);
	sources->coverage.is_open = false;
	tm_sources_cover(sources, start->time_ns);
	if (!start->run_id)
		return 0;
	source = source_find(sources, start->run_id);
	if (!source)
		return -1;
	source->start = *start;
	source->is_dirty = true;
	return 0;
}

/* The new part: a run that is read again adds nothing. */
static uint64_t newer(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static int add_news(struct tm_store_sums *host, const struct tm_status *status,
		enum tm_history_what what, struct tm_amount now,
		struct tm_amount before)
{
	const struct tm_store_sum_key key = {
		.minute = status->time_ns / TM_MINUTE_NS,
		.values[TM_KEY_PROCESS] = what,
	};
	const struct tm_amount news = {
		.packets = newer(now.packets, before.packets),
		.bytes = newer(now.bytes, before.bytes),
	};
	struct tm_sum sum = { 0 };

	sum.moved[status->direction] = news;
	return news.packets | news.bytes ? tm_store_sums_add(host, &key, &sum)
					 : 0;
}

/* If a stream begins in the middle of an unknown run, its earlier counts do not
 * belong to this minute. */
static int note_status(struct tm_sources *sources,
		const struct tm_status *status, struct tm_store_sums *host)
{
	const int i = status->direction;
	struct source *const source = source_find(sources, status->run_id);
	struct tm_status *last;
	int result = 0;

	if (!source)
		return -1;
	last = &source->last[i];
	if (source->has_last[i] || source->start.run_id)
		result = add_news(host, status, TM_HISTORY_SEEN, status->seen,
					 last->seen) ||
				add_news(host, status, TM_HISTORY_EXCLUDED,
						status->excluded,
						last->excluded);
	if (!source->has_last[i] || status->seen.packets >= last->seen.packets)
		*last = *status;
	source->has_last[i] = true;
	source->is_dirty = true;
	if (status->kind == TM_END && i == TM_OUT)
		source->is_ended = true;
	return result ? -1 : 0;
}

int tm_sources_note(struct tm_sources *sources, const struct tm_event *event,
		struct tm_store_sums *host)
{
	const struct tm_status *const status = (const void *)event;

	if (event->kind == TM_START)
		return sources_note_start(sources, (const void *)event);
	if ((event->kind != TM_TICK && event->kind != TM_END) ||
			status->direction > TM_OUT)
		return 0;
	sources->coverage.has_ticks |= event->kind == TM_TICK;
	tm_sources_cover(sources, event->time_ns);
	if (event->kind == TM_TICK) {
		if (tm_runs_tick(sources->runs, status->run_id))
			return -1;
	} else if (status->direction == TM_OUT) {
		tm_runs_end(sources->runs, status->run_id);
	}
	return status->run_id ? note_status(sources, status, host) : 0;
}

void tm_sources_cover(struct tm_sources *sources, uint64_t time_ns)
{
	tm_coverage_note(&sources->coverage, time_ns);
}

/* --- into the database --- */

static void bind_start(sqlite3_stmt *statement, const struct tm_start *start)
{
	if (!start->run_id)
		return;
	tm_history_bind_text(statement, 2, start->host,
			strnlen(start->host, sizeof(start->host)));
	sqlite3_bind_int64(statement, 3, start->time_ns);
	sqlite3_bind_int64(statement, 7, start->cgroup_id);
	sqlite3_bind_int64(statement, 8, start->ifindex);
	sqlite3_bind_int64(statement, 9, start->hooks);
}

static void bind_status(
		sqlite3_stmt *statement, int at, const struct tm_status *status)
{
	struct tm_status copy = *status;

	for (int j = 0; j < 4; j++) {
		const struct tm_amount *const amount = amount_of(&copy, j);

		sqlite3_bind_int64(statement, at++, amount->packets);
		sqlite3_bind_int64(statement, at++, amount->bytes);
	}
}

static void bind_source(sqlite3_stmt *statement, const struct source *source)
{
	uint64_t last_ns = source->start.time_ns;

	bind_start(statement, &source->start);
	for (int i = TM_IN; i <= TM_OUT; i++) {
		if (source->last[i].time_ns > last_ns)
			last_ns = source->last[i].time_ns;
		if (source->has_last[i])
			bind_status(statement, 10 + 8 * i, &source->last[i]);
	}
	sqlite3_bind_int64(statement, 1, source->id);
	if (last_ns)
		sqlite3_bind_int64(statement, 4, last_ns);
	sqlite3_bind_int(statement, 5, source->is_ended);
}

static const char write_source[] =
		"INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, "
		"?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
		"?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25) "
		"ON CONFLICT DO UPDATE SET host = coalesce(excluded.host, host), "
		"start = coalesce(excluded.start, start), "
		"last = max(coalesce(excluded.last, last), coalesce(last, 0)), "
		"is_ended = max(is_ended, excluded.is_ended), "
		"cgroup = coalesce(excluded.cgroup, cgroup), "
		"ifindex = coalesce(excluded.ifindex, ifindex), "
		"hooks = coalesce(excluded.hooks, hooks), "
		"(seen_in_packets, seen_in_bytes, recorded_in_packets, "
		"recorded_in_bytes, excluded_in_packets, excluded_in_bytes, "
		"lost_in_packets, lost_in_bytes, seen_out_packets, seen_out_bytes, "
		"recorded_out_packets, recorded_out_bytes, excluded_out_packets, "
		"excluded_out_bytes, lost_out_packets, lost_out_bytes) = "
		"(excluded.seen_in_packets, excluded.seen_in_bytes, "
		"excluded.recorded_in_packets, excluded.recorded_in_bytes, "
		"excluded.excluded_in_packets, excluded.excluded_in_bytes, "
		"excluded.lost_in_packets, excluded.lost_in_bytes, "
		"excluded.seen_out_packets, excluded.seen_out_bytes, "
		"excluded.recorded_out_packets, excluded.recorded_out_bytes, "
		"excluded.excluded_out_packets, excluded.excluded_out_bytes, "
		"excluded.lost_out_packets, excluded.lost_out_bytes)";

static int write_sources(struct tm_sources *sources)
{
	struct tm_history *const history = sources->history;
	sqlite3_stmt *const statement =
			tm_history_prepare(history, write_source);
	uint64_t number = sources->next_number;
	int result = statement ? 0 : -1;

	for (uint32_t i = 0; i < sources->index.count && !result; i++) {
		if (!sources->all[i].is_dirty)
			continue;
		sqlite3_clear_bindings(statement);
		bind_source(statement, &sources->all[i]);
		sqlite3_bind_int64(statement, 6, number++);
		result = tm_history_step(history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}

/* Writes how far runs were counted, in the same transaction as their sums. */
static int write_counted(struct tm_sources *sources)
{
	const struct tm_runs *const runs = sources->runs;
	struct tm_history *const history = sources->history;
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"INSERT INTO run (id, counted, number, is_ended) "
			"VALUES (?1, ?2, (SELECT coalesce(max(number), 0) + 1 "
			"FROM run), 0) ON CONFLICT DO UPDATE SET counted = ?2");
	int result = statement ? 0 : -1;

	tm_runs_note(sources->runs);
	for (uint32_t i = 0; i < runs->changed_count && !result; i++) {
		const struct tm_run *const run = &runs->kept[runs->changed[i]];

		sqlite3_bind_int64(statement, 1, run->id);
		sqlite3_bind_int64(statement, 2, run->counted);
		result = tm_history_step(history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}

int tm_sources_write(struct tm_sources *sources)
{
	return tm_coverage_write(&sources->coverage, sources->history) ||
					write_sources(sources) ||
					write_counted(sources)
			? -1
			: 0;
}

/* The newest of those that have not ended. */
static void sources_forget(struct tm_sources *sources)
{
	const uint32_t count = sources->index.count;
	uint32_t kept = 0;

	tm_index_free(&sources->index);
	for (uint32_t i = count > OPEN_MOST ? count - OPEN_MOST : 0; i < count;
			i++) {
		const struct source source = sources->all[i];

		if (source.is_ended ||
				tm_index_add(&sources->index, source.id) !=
						kept)
			continue;
		sources->all[kept] = source;
		sources->all[kept++].is_dirty = false;
	}
}

void tm_sources_settle(struct tm_sources *sources)
{
	sources->next_number += sources->index.count;
	sources_forget(sources);
	tm_coverage_settle(&sources->coverage);
	tm_runs_settle(sources->runs);
}

void tm_sources_move(struct tm_sources *sources)
{
	for (uint32_t i = 0; i < sources->index.count; i++)
		sources->all[i].is_dirty = true;
}

void tm_sources_free(struct tm_sources *sources)
{
	if (!sources)
		return;
	tm_runs_free(sources->runs);
	tm_index_free(&sources->index);
	free(sources->all);
	tm_coverage_free(&sources->coverage);
	free(sources);
}
