#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit.h"
#include "common/base/clock.h"
#include "database.h"
#include "functions.h"
#include "marks.h"
#include "prune.h"
#include "query.h"
#include "schema.h"
#include "stored.h"
#include "trim.h"

#define LOG_PAGES 1000		 /* of the -wal file, before it is emptied */
#define LOG_PAGES_MANY (1 << 16) /* 256 MiB */
#define CROWD 256		 /* sums of a user that are worth checking */
#define ROOM 2 /* times as many remotes as are kept, before some are cut */

struct tm_commit {
	struct tm_history *history;
	struct tm_dictionary *dictionary;
	const struct tm_retention *retention;
	sqlite3_stmt *inserts[TM_HISTORY_RESOLUTIONS][TM_HISTORY_CUBES];
	struct tm_store_sums part; /* of a table */
	int log_pages;
	unsigned log_mib; /* that a reader keeps */
	struct tm_pruned shortened;
	bool has_tended, has_shortened;
};

/* --- which tables --- */

/* The key without the parts that the table does not distinguish. */
static struct tm_store_sum_key key_in(int cube, struct tm_store_sum_key key)
{
	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (!(tm_history_cubes[cube].keys & 1u << id))
			key.values[id] = 0;
	}
	return key;
}

/* Minutes get what is not too old for them; coarser tables get what arrives too
 * late to be added up from finer ones. */
static bool marks_admit(const struct tm_history_marks *marks,
		enum tm_history_resolution r, uint64_t time_ns)
{
	if (r != TM_HISTORY_MINUTE && time_ns >= marks->added[r])
		return false;
	return r == TM_HISTORY_MONTH ||
			tm_history_slot(r, time_ns) >= marks->kept[r];
}

/* The host's sums have no process and no remote. */
static int commit_find_ids(struct tm_commit *commit, int cube,
		struct tm_store_sum_key *key)
{
	return cube == TM_HISTORY_CUBE_HOST
			? 0
			: tm_dictionary_find_ids(
					  commit->dictionary, key->values);
}

/* The sums of the batch, by the keys of a table. */
static int commit_collect(struct tm_commit *commit,
		const struct tm_store_sums *from, int cube,
		enum tm_history_resolution r)
{
	const struct tm_history_marks *const marks = &commit->history->marks;

	tm_store_sums_clear(&commit->part);
	for (uint32_t row = 0; row < from->table.count; row++) {
		struct tm_store_sum_key key =
				key_in(cube, tm_store_sums_key(from, row));
		const uint64_t time_ns = key.minute * TM_MINUTE_NS;

		if (key.minute == TM_SUM_NONE ||
				!marks_admit(marks, r, time_ns))
			continue;
		key.minute = tm_history_slot(r, time_ns) / TM_MINUTE_NS;
		if (commit_find_ids(commit, cube, &key))
			return -1;
		if (tm_store_sums_add(&commit->part, &key,
				    &from->table.rows[row]))
			return tm_history_fail(
					commit->history, "out of memory");
	}
	return 0;
}

/* --- a table's rows --- */

static sqlite3_stmt *commit_find_insert(struct tm_commit *commit, int cube,
		enum tm_history_resolution r)
{
	const struct tm_history_cube_facts *const facts =
			&tm_history_cubes[cube];
	sqlite3_stmt **const insert = &commit->inserts[r][cube];
	const int columns = __builtin_popcount(facts->keys) +
			(facts->has_lost ? 8 : 4);
	char sql[1024], marks[128] = "?";

	if (*insert)
		return *insert;
	for (int i = 0; i < columns; i++)
		strcat(marks, ", ?");
	snprintf(sql, sizeof(sql),
			"INSERT INTO %s_%s VALUES (%s) ON CONFLICT DO UPDATE SET %s",
			facts->name, tm_history_resolution_name(r), marks,
			tm_trim_add_amounts(facts));
	*insert = tm_history_prepare(commit->history, sql);
	return *insert;
}

static int bind_amounts(
		sqlite3_stmt *insert, int at, const struct tm_amount amounts[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		sqlite3_bind_int64(insert, at++,
				tm_history_amount(amounts[i].bytes));
		sqlite3_bind_int64(insert, at++,
				tm_history_amount(amounts[i].packets));
	}
	return at;
}

static int insert_sum(struct tm_commit *commit, sqlite3_stmt *insert, int cube,
		uint32_t row)
{
	const struct tm_store_sum_key key =
			tm_store_sums_key(&commit->part, row);
	const struct tm_sum *const sum = &commit->part.table.rows[row];
	int64_t values[TM_KEYS_STORED];
	const unsigned count = tm_history_values(
			&tm_history_cubes[cube], key.values, values);
	int at = 1, result;

	sqlite3_bind_int64(insert, at++, key.minute * TM_MINUTE_NS);
	for (unsigned i = 0; i < count; i++)
		sqlite3_bind_int64(insert, at++, values[i]);
	at = bind_amounts(insert, at, sum->moved);
	if (tm_history_cubes[cube].has_lost)
		bind_amounts(insert, at, sum->lost);
	result = tm_history_step(commit->history, insert);
	sqlite3_reset(insert);
	return result;
}

static int write_part(struct tm_commit *commit, int cube,
		enum tm_history_resolution r, const struct tm_ranked *rows)
{
	const uint32_t count = commit->part.table.count;
	sqlite3_stmt *insert;

	if (!count)
		return 0;
	insert = commit_find_insert(commit, cube, r);
	if (!insert)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		if (insert_sum(commit, insert, cube, rows[i].row))
			return -1;
	}
	return 0;
}

/* --- too many remotes, workloads or commands --- */

/* How many sums from there on have the same user and slot, by which they are
 * sorted. */
static uint32_t crowd_at(const struct tm_store_sums *sums,
		const struct tm_ranked *rows, uint32_t i)
{
	uint32_t end = i;

	while (end < sums->table.count && rows[end].rank == rows[i].rank)
		end++;
	return end - i;
}

static int trim_part(struct tm_commit *commit, enum tm_history_resolution r,
		const struct tm_ranked *rows)
{
	const struct tm_store_sums *const part = &commit->part;
	const uint32_t most = tm_trim_most(commit->retention, r);
	struct tm_store_sum_key key;
	uint32_t i = 0, count;

	for (; i < part->table.count; i += count) {
		count = crowd_at(part, rows, i);
		key = tm_store_sums_key(part, rows[i].row);
		if (count >= CROWD &&
				tm_trim_slot(commit->history, r,
						key.minute * TM_MINUTE_NS,
						key.values[TM_KEY_USER], most,
						ROOM))
			return -1;
	}
	return 0;
}

/* --- the transaction --- */

static int commit_write_table(struct tm_commit *commit,
		const struct tm_batch *batch, int cube,
		enum tm_history_resolution r)
{
	struct tm_ranked *rows;
	int result;

	if (r == TM_HISTORY_MINUTE && !tm_history_cubes[cube].has_minutes)
		return 0;
	if (commit_collect(commit,
			    cube == TM_HISTORY_CUBE_HOST ? &batch->host
							 : &batch->traffic,
			    cube, r))
		return -1;
	rows = tm_store_sums_sort(&commit->part);
	if (!rows)
		return tm_history_fail(commit->history, "out of memory");
	result = write_part(commit, cube, r, rows);
	if (!result && cube == TM_HISTORY_CUBE_TRAFFIC)
		result = trim_part(commit, r, rows);
	free(rows);
	return result;
}

/* Sums by remote come before sums by all keys, which trimming changes. */
static int commit_write_sums(
		struct tm_commit *commit, const struct tm_batch *batch)
{
	for (int r = TM_HISTORY_MINUTE; r < TM_HISTORY_RESOLUTIONS; r++) {
		for (int cube = 0; cube < TM_HISTORY_CUBES; cube++) {
			if (commit_write_table(commit, batch, cube, r))
				return -1;
		}
	}
	return 0;
}

static void commit_note_times(
		struct tm_history_marks *marks, const struct tm_batch *batch)
{
	if (!batch->has_time)
		return;
	if (!marks->newest_ns || batch->first_ns < marks->first_ns)
		marks->first_ns = batch->first_ns;
	if (batch->newest_ns > marks->newest_ns)
		marks->newest_ns = batch->newest_ns;
	if (!marks->newest_ns)
		marks->newest_ns = 1; /* 0 is of an empty history */
}

/* Rows expire as time passes. If more expire with the first write than time has
 * passed since the last one, give or take a slot of what is removed as a whole,
 * somebody shortened how long they are kept. */
static void commit_find_shortened(struct tm_commit *commit,
		const struct tm_history_marks *before,
		const struct tm_pruned *pruned)
{
	static const uint64_t lengths[] = { TM_HOUR_NS, TM_DAY_NS,
		31 * TM_DAY_NS, 31 * TM_DAY_NS };
	const uint64_t passed_ns =
			commit->history->marks.newest_ns - before->newest_ns;

	for (int r = 0; r < TM_HISTORY_RESOLUTIONS; r++) {
		const uint64_t from_ns = before->kept[r] ?: before->first_ns;

		if (!pruned->rows[r] || !before->newest_ns ||
				pruned->before_ns[r] - from_ns <=
						passed_ns + lengths[r])
			continue;
		commit->shortened.rows[r] = pruned->rows[r];
		commit->shortened.before_ns[r] = pruned->before_ns[r];
		commit->has_shortened = true;
	}
}

const struct tm_pruned *tm_commit_shortened(struct tm_commit *commit)
{
	const bool has_shortened = commit->has_shortened;

	commit->has_shortened = false;
	return has_shortened ? &commit->shortened : NULL;
}

/* A clock that is ahead must not make everything else too old. */
static int commit_tend(
		struct tm_commit *commit, const struct tm_history_marks *before)
{
	struct tm_history *const history = commit->history;
	struct tm_history_marks *const marks = &history->marks;
	const uint64_t wall = tm_clock_wall_ns();
	const uint64_t now = wall < marks->newest_ns ? wall : marks->newest_ns;
	struct tm_pruned pruned;

	marks->written_ns = wall;
	if (tm_coarse_add(history, commit->retention, marks->newest_ns) ||
			tm_coarse_prune(history, commit->retention, now,
					&pruned) ||
			tm_history_write_marks(history))
		return -1;
	if (!commit->has_tended)
		commit_find_shortened(commit, before, &pruned);
	commit->has_tended = true;
	return 0;
}

static int commit_write_all(struct tm_commit *commit,
		const struct tm_batch *batch, struct tm_sources *sources)
{
	struct tm_history *const history = commit->history;
	struct tm_history_marks before;

	if (tm_history_read_marks(history) || tm_sources_write(sources))
		return -1;
	before = history->marks;
	commit_note_times(&history->marks, batch);
	return commit_write_sums(commit, batch) ||
					tm_job_sums_write(&batch->jobs, history,
							tm_dictionary_names(
									commit->dictionary)) ||
					commit_tend(commit, &before) ||
					tm_dictionary_write(
							commit->dictionary) ||
					tm_history_sql(history, "COMMIT")
			? -1
			: 0;
}

/* What a reader still needs stays in the log. */
static void empty_log(struct tm_commit *commit)
{
	int left = 0, done = 0;

	if (commit->log_pages < LOG_PAGES)
		return;
	sqlite3_wal_checkpoint_v2(commit->history->db, NULL,
			SQLITE_CHECKPOINT_PASSIVE, &left, &done);
	commit->log_mib = left - done < LOG_PAGES_MANY ? 0 : left / 256;
}

unsigned tm_commit_log_mib(const struct tm_commit *commit)
{
	return commit->log_mib;
}

static int note_log(void *context, sqlite3 *db, const char *name, int pages)
{
	struct tm_commit *const commit = context;

	(void)db;
	(void)name;
	commit->log_pages = pages;
	return SQLITE_OK;
}

int tm_commit_write(struct tm_commit *commit, struct tm_batch *batch,
		struct tm_dictionary *dictionary, struct tm_sources *sources)
{
	struct tm_history *const history = commit->history;

	sqlite3_wal_hook(history->db, note_log, commit);
	if (tm_history_sql(history, "BEGIN IMMEDIATE"))
		return -1;
	commit->dictionary = dictionary;
	if (commit_write_all(commit, batch, sources)) {
		/* an error may already have ended the transaction */
		sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	tm_dictionary_settle(dictionary);
	tm_sources_settle(sources);
	empty_log(commit);
	return 0;
}

struct tm_commit *tm_commit_new(struct tm_history *history,
		const struct tm_retention *retention)
{
	struct tm_commit *const commit = calloc(1, sizeof(*commit));

	if (!commit)
		return NULL;
	commit->history = history;
	commit->retention = retention;
	tm_store_sums_init(&commit->part);
	return commit;
}

void tm_commit_forget(struct tm_commit *commit)
{
	for (int r = 0; r < TM_HISTORY_RESOLUTIONS; r++) {
		for (int cube = 0; cube < TM_HISTORY_CUBES; cube++) {
			sqlite3_finalize(commit->inserts[r][cube]);
			commit->inserts[r][cube] = NULL;
		}
	}
	commit->log_pages = 0;
}

void tm_commit_free(struct tm_commit *commit)
{
	if (!commit)
		return;
	tm_commit_forget(commit);
	tm_store_sums_free(&commit->part);
	free(commit);
}
