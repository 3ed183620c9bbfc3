#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "coarse.h"
#include "common/base/clock.h"
#include "database.h"
#include "prune.h"
#include "schema.h"
#include "stored.h"
#include "trim.h"

#define ROOM 2 /* times as many values may accumulate before the next cut */

/* 1 and the number of the answer, 0 if it is null or missing, -1. */
static int coarse_ask(struct tm_history *history, const char *sql,
		uint64_t from_ns, uint64_t to_ns, uint64_t *number)
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int result;

	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, from_ns);
	sqlite3_bind_int64(statement, 2, to_ns);
	result = tm_history_step(history, statement);
	if (result == 1 && sqlite3_column_type(statement, 0) == SQLITE_NULL)
		result = 0;
	if (result == 1)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return result;
}

/* --- adding up --- */

static const char *coarse_finer_name(const struct tm_history_cube_facts *cube,
		enum tm_history_resolution r)
{
	return cube->has_minutes || r != TM_HISTORY_MINUTE ? cube->name
							   : "traffic";
}

static int coarse_add_range(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution to, uint64_t slot_ns,
		uint64_t from_ns, uint64_t to_ns)
{
	const uint64_t numbers[] = { from_ns, to_ns, slot_ns };
	char columns[TM_HISTORY_COLUMNS_SIZE], sql[2048];

	tm_history_columns(columns, cube);
	snprintf(sql, sizeof(sql),
			"INSERT INTO %s_%s SELECT ?3, %s" TM_TRIM_SUM_AMOUNTS
			"%s FROM %s_%s WHERE time >= ?1 AND time < ?2 "
			"GROUP BY %.*s ON CONFLICT DO UPDATE SET %s",
			cube->name, tm_history_resolution_name(to), columns,
			cube->has_lost ? TM_TRIM_SUM_LOST : "",
			coarse_finer_name(cube, to - 1),
			tm_history_resolution_name(to - 1),
			(int)strlen(columns) - 2, columns,
			tm_trim_add_amounts(cube));
	return tm_history_run(history, sql, numbers, 3);
}

static int coarse_add_cube(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution to, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t at, slot, end;
	char sql[256];
	int result;

	snprintf(sql, sizeof(sql),
			"SELECT min(time) FROM %s_%s WHERE time >= ?1 AND time < ?2",
			coarse_finer_name(cube, to - 1),
			tm_history_resolution_name(to - 1));
	while ((result = coarse_ask(history, sql, from_ns, to_ns, &at)) == 1) {
		slot = tm_history_slot(to, at);
		end = tm_history_next_slot(to, at);
		if (end > to_ns)
			end = to_ns;
		if (coarse_add_range(history, cube, to, slot, at, end))
			return -1;
		from_ns = end;
	}
	return result;
}

/* Sums up the rows between two marks. */
static int coarse_add_to(struct tm_history *history,
		const struct tm_retention *retention,
		enum tm_history_resolution to, uint64_t to_ns)
{
	const uint64_t from_ns = history->marks.added[to];
	const uint32_t most = tm_trim_most(retention, to);
	uint64_t first;

	if (to_ns <= from_ns)
		return 0;
	if (to == TM_HISTORY_HOUR &&
			tm_trim_range(history, TM_HISTORY_MINUTE, from_ns,
					to_ns, retention->remotes,
					retention->remotes))
		return -1;
	for (int i = 0; i < TM_HISTORY_CUBES; i++) {
		if (coarse_add_cube(history, &tm_history_cubes[i], to, from_ns,
				    to_ns))
			return -1;
	}
	history->marks.added[to] = to_ns;
	first = from_ns < history->marks.first_ns ? history->marks.first_ns
						  : from_ns;
	return tm_trim_range(history, to, tm_history_slot(to, first), to_ns,
			ROOM * most, most);
}

int tm_coarse_add(struct tm_history *history,
		const struct tm_retention *retention, uint64_t time_ns)
{
	uint64_t to_ns = time_ns;

	for (int r = TM_HISTORY_HOUR; r < TM_HISTORY_RESOLUTIONS; r++) {
		to_ns = tm_history_slot(r - 1, to_ns);
		if (coarse_add_to(history, retention, r, to_ns))
			return -1;
	}
	return 0;
}

/* --- what is too old --- */

static int coarse_remove_before(struct tm_history *history,
		enum tm_history_resolution r, uint64_t time_ns)
{
	char sql[256];

	for (int i = 0; i < TM_HISTORY_CUBES; i++) {
		if (r == TM_HISTORY_MINUTE && !tm_history_cubes[i].has_minutes)
			continue;
		snprintf(sql, sizeof(sql), "DELETE FROM %s_%s WHERE time < ?1",
				tm_history_cubes[i].name,
				tm_history_resolution_name(r));
		if (tm_history_run(history, sql, &time_ns, 1))
			return -1;
	}
	return 0;
}

/* What is kept begins with a whole slot of the next coarser table, which
 * contains everything that is removed. */
static uint64_t first_kept(const struct tm_history_marks *marks,
		enum tm_history_resolution r, uint64_t time_ns)
{
	if (r == TM_HISTORY_MONTH)
		return tm_history_slot(r, time_ns);
	if (time_ns > marks->added[r + 1])
		time_ns = marks->added[r + 1];
	return tm_history_slot(r + 1, time_ns);
}

/* Nothing is coarser than months: what is removed is gone. */
static int coarse_forget_before(struct tm_history *history, uint64_t time_ns)
{
	if (time_ns <= history->marks.first_ns)
		return 0;
	history->marks.first_ns = time_ns;
	return tm_history_run(history, "DELETE FROM covered WHERE \"end\" < ?1",
			&time_ns, 1);
}

static int coarse_remove_jobs(struct tm_history *history, const char *sql,
		uint64_t seconds, uint64_t time_ns, struct tm_pruned *pruned)
{
	const int changes = sqlite3_total_changes(history->db);

	if (history->marks.format < TM_HISTORY_WHO)
		return 0;
	if (tm_history_run(history, sql, &seconds, 1))
		return -1;
	pruned->jobs += sqlite3_total_changes(history->db) - changes;
	pruned->jobs_before_ns = time_ns;
	return 0;
}

static int coarse_prune_jobs(struct tm_history *history, uint64_t keep_ns,
		uint64_t time_ns, struct tm_pruned *pruned)
{
	uint64_t first_ns;

	if (!keep_ns || keep_ns > time_ns)
		return 0;
	first_ns = tm_history_slot(TM_HISTORY_DAY, time_ns - keep_ns);
	return coarse_remove_jobs(history, "DELETE FROM job WHERE day < ?",
			first_ns / TM_SECOND_NS, first_ns, pruned);
}

int tm_coarse_prune(struct tm_history *history,
		const struct tm_retention *retention, uint64_t time_ns,
		struct tm_pruned *pruned)
{
	uint64_t *const kept = history->marks.kept;

	*pruned = (struct tm_pruned){ 0 };
	if (coarse_prune_jobs(
			    history, retention->keep_jobs_ns, time_ns, pruned))
		return -1;
	for (int r = TM_HISTORY_MINUTE; r < TM_HISTORY_RESOLUTIONS; r++) {
		const uint64_t keep_ns = retention->keep_ns[r];
		int changes;
		uint64_t first;

		if (!keep_ns || keep_ns > time_ns)
			continue;
		first = first_kept(&history->marks, r, time_ns - keep_ns);
		if (first <= kept[r])
			continue;
		changes = sqlite3_total_changes(history->db);
		if (coarse_remove_before(history, r, first) ||
				(r == TM_HISTORY_MONTH &&
						coarse_forget_before(history,
								first)))
			return -1;
		kept[r] = pruned->before_ns[r] = first;
		pruned->rows[r] = sqlite3_total_changes(history->db) - changes;
	}
	return 0;
}

/* --- what is ahead --- */

static int coarse_remove_after(struct tm_history *history,
		enum tm_history_resolution r, uint64_t time_ns)
{
	char sql[256];

	for (int i = 0; i < TM_HISTORY_CUBES; i++) {
		if (r == TM_HISTORY_MINUTE && !tm_history_cubes[i].has_minutes)
			continue;
		snprintf(sql, sizeof(sql), "DELETE FROM %s_%s WHERE time > ?1",
				tm_history_cubes[i].name,
				tm_history_resolution_name(r));
		if (tm_history_run(history, sql, &time_ns, 1))
			return -1;
	}
	return 0;
}

/* The slot that the time is in is added up anew, where its parts are there: it
 * may hold what comes later. */
static int coarse_add_again(struct tm_history *history,
		enum tm_history_resolution r, uint64_t time_ns)
{
	const uint64_t begin = tm_history_slot(r, time_ns);
	const uint64_t end = tm_history_next_slot(r, time_ns);

	if (begin < history->marks.kept[r - 1])
		return 0;
	if (coarse_remove_after(history, r, begin ? begin - 1 : 0))
		return -1;
	for (int i = 0; i < TM_HISTORY_CUBES; i++) {
		if (coarse_add_range(history, &tm_history_cubes[i], r, begin,
				    begin, end))
			return -1;
	}
	return 0;
}

/* All that stays is in the coarser tables, up to the slot of the newest. */
static void coarse_set_back(struct tm_history_marks *marks, uint64_t newest_ns)
{
	for (int r = TM_HISTORY_HOUR; r < TM_HISTORY_RESOLUTIONS; r++) {
		const uint64_t end = newest_ns
				? tm_history_next_slot(r - 1, newest_ns)
				: 0;

		if (marks->added[r] > end)
			marks->added[r] = end;
	}
	if (!newest_ns)
		marks->first_ns = 0;
	marks->newest_ns = newest_ns;
}

int tm_coarse_prune_after(struct tm_history *history, uint64_t time_ns,
		uint64_t newest_ns, struct tm_pruned *pruned)
{
	const struct tm_history_marks *const marks = &history->marks;
	int changes;

	for (int r = TM_HISTORY_MINUTE; r < TM_HISTORY_RESOLUTIONS; r++) {
		changes = sqlite3_total_changes(history->db);
		if (coarse_remove_after(history, r, time_ns))
			return -1;
		pruned->rows[r] = sqlite3_total_changes(history->db) - changes;
		pruned->before_ns[r] = time_ns;
	}
	if (coarse_remove_jobs(history, "DELETE FROM job WHERE first > ?",
			    time_ns / TM_SECOND_NS, time_ns, pruned))
		return -1;
	for (int r = TM_HISTORY_HOUR; r < TM_HISTORY_RESOLUTIONS; r++) {
		if (marks->added[r] > time_ns &&
				coarse_add_again(history, r, time_ns))
			return -1;
	}
	coarse_set_back(&history->marks, newest_ns);
	return 0;
}
