#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "coarse.h"
#include "database.h"
#include "prune.h"
#include "schema.h"
#include "stored.h"

#define ADD(name) name " = tm_add(" name ", excluded." name ")"
#define ADD_AMOUNTS                                                            \
	ADD("in_bytes")                                                        \
	", " ADD("in_packets") ", " ADD("out_bytes") ", " ADD("out_packets")
#define ADD_LOST                                                               \
	", " ADD("lost_in_bytes") ", " ADD("lost_in_packets") ", " ADD(        \
			"lost_out_bytes") ", " ADD("lost_out_packets")

#define SUM_AMOUNTS                                                            \
	"tm_sum(in_bytes), tm_sum(in_packets), tm_sum(out_bytes), "            \
	"tm_sum(out_packets)"
#define SUM_LOST                                                               \
	", tm_sum(lost_in_bytes), tm_sum(lost_in_packets), "                   \
	"tm_sum(lost_out_bytes), tm_sum(lost_out_packets)"

#define ROOM 2 /* times as many remotes may accumulate before the next cut */

const char *tm_coarse_add_amounts(const struct tm_history_cube_facts *cube)
{
	return cube->has_lost ? ADD_AMOUNTS ADD_LOST : ADD_AMOUNTS;
}

uint32_t tm_coarse_remotes(const struct tm_retention *retention,
		enum tm_history_resolution resolution)
{
	static const uint8_t times[TM_HISTORY_RESOLUTIONS] = { 1, 2, 5, 10 };

	return retention->remotes * times[resolution];
}

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

/* --- the largest remotes --- */

/* Selects what is cut. All steps read it before any changes it. Rows of a user
 * are found by their keys, never by the index of remotes, which many users
 * share. */
static int coarse_make_cut(struct tm_history *history)
{
	char columns[TM_HISTORY_COLUMNS_SIZE], sql[1024];

	tm_history_columns(columns, &tm_history_cubes[TM_HISTORY_CUBE_TRAFFIC]);
	snprintf(sql, sizeof(sql),
			"CREATE TEMP TABLE IF NOT EXISTS cut (time, "
			"%s" TM_HISTORY_AMOUNTS ", " TM_HISTORY_LOST ")",
			columns);
	return tm_history_sql(history, sql);
}

/* By the resolution, the columns that are grouped by, and those that are
 * selected. */
static const char *const minute_steps[] = {
	"DELETE FROM temp.cut",
	"INSERT INTO temp.cut SELECT * FROM traffic_%1$s "
	"WHERE time = ?1 AND uid = ?2 AND +remote IN (SELECT remote "
	"FROM traffic_%1$s "
	"WHERE time = ?1 AND uid = ?2 AND +remote > 1 "
	"GROUP BY +remote ORDER BY tm_sum(tm_add(in_bytes, out_bytes)) DESC, remote "
	"LIMIT -1 OFFSET ?3)",
	"DELETE FROM traffic_%1$s WHERE time = ?1 AND uid = ?2 "
	"AND +remote IN (SELECT remote FROM temp.cut)",
	"INSERT INTO traffic_%1$s SELECT time, %3$s" SUM_AMOUNTS SUM_LOST
	" FROM temp.cut WHERE true GROUP BY %2$stime "
	"ON CONFLICT DO UPDATE SET " ADD_AMOUNTS ADD_LOST,
	NULL,
};

/* The sums by remote follow. */
static const char *const coarse_steps[] = {
	"UPDATE remote_%1$s SET in_bytes = in_bytes - gone.a, "
	"in_packets = in_packets - gone.b, out_bytes = out_bytes - gone.c, "
	"out_packets = out_packets - gone.d "
	"FROM (SELECT remote, tm_sum(in_bytes) AS a, tm_sum(in_packets) AS b, "
	"tm_sum(out_bytes) AS c, tm_sum(out_packets) AS d FROM temp.cut "
	"GROUP BY remote) AS gone "
	"WHERE time = ?1 AND remote_%1$s.remote = gone.remote",
	"DELETE FROM remote_%1$s WHERE time = ?1 AND in_packets = 0 "
	"AND out_packets = 0 AND in_bytes = 0 AND out_bytes = 0 "
	"AND remote IN (SELECT remote FROM temp.cut)",
	"INSERT INTO remote_%1$s SELECT time, 1, " SUM_AMOUNTS
	" FROM temp.cut WHERE true GROUP BY time "
	"ON CONFLICT DO UPDATE SET " ADD_AMOUNTS,
	NULL,
};

static int coarse_run_steps(struct tm_history *history,
		const char *const *steps, const char *name,
		const uint64_t numbers[3])
{
	char group[TM_HISTORY_COLUMNS_SIZE], select[TM_HISTORY_COLUMNS_SIZE];
	char sql[2048];

	tm_history_columns_folded(group, select,
			&tm_history_cubes[TM_HISTORY_CUBE_TRAFFIC]);
	for (; *steps; steps++) {
		snprintf(sql, sizeof(sql), *steps, name, group, select);
		if (tm_history_run(history, sql, numbers, 3))
			return -1;
	}
	return 0;
}

int tm_coarse_trim(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t slot_ns,
		uint32_t uid, uint32_t remotes)
{
	const char *const name = tm_history_resolution_name(resolution);
	const uint64_t numbers[] = { slot_ns, uid, remotes };

	if (coarse_make_cut(history) ||
			coarse_run_steps(history, minute_steps, name, numbers))
		return -1;
	return resolution == TM_HISTORY_MINUTE
			? 0
			: coarse_run_steps(
					  history, coarse_steps, name, numbers);
}

/* Trims the slots of a range that have more rows of a user than so many. */
static int coarse_trim_range(struct tm_history *history,
		enum tm_history_resolution r, uint64_t from_ns, uint64_t to_ns,
		uint32_t most, uint32_t remotes)
{
	char sql[256];
	sqlite3_stmt *statement;
	int result;

	snprintf(sql, sizeof(sql),
			"SELECT time, uid FROM traffic_%s WHERE time >= ?1 AND "
			"time < ?2 GROUP BY time, uid HAVING count(*) > ?3",
			tm_history_resolution_name(r));
	statement = tm_history_prepare(history, sql);
	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, from_ns);
	sqlite3_bind_int64(statement, 2, to_ns);
	sqlite3_bind_int64(statement, 3, most);
	/* its groups lie after the rows that change */
	while ((result = tm_history_step(history, statement)) == 1) {
		result = tm_coarse_trim(history, r,
				sqlite3_column_int64(statement, 0),
				sqlite3_column_int64(statement, 1), remotes);
		if (result)
			break;
	}
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
			"INSERT INTO %s_%s SELECT ?3, %s" SUM_AMOUNTS
			"%s FROM %s_%s WHERE time >= ?1 AND time < ?2 "
			"GROUP BY %.*s ON CONFLICT DO UPDATE SET %s",
			cube->name, tm_history_resolution_name(to), columns,
			cube->has_lost ? SUM_LOST : "",
			coarse_finer_name(cube, to - 1),
			tm_history_resolution_name(to - 1),
			(int)strlen(columns) - 2, columns,
			tm_coarse_add_amounts(cube));
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
	const uint32_t remotes = tm_coarse_remotes(retention, to);
	uint64_t first;

	if (to_ns <= from_ns)
		return 0;
	if (to == TM_HISTORY_HOUR &&
			coarse_trim_range(history, TM_HISTORY_MINUTE, from_ns,
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
	return coarse_trim_range(history, to, tm_history_slot(to, first), to_ns,
			ROOM * remotes, remotes);
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

int tm_coarse_prune(struct tm_history *history,
		const struct tm_retention *retention, uint64_t time_ns,
		struct tm_pruned *pruned)
{
	uint64_t *const kept = history->marks.kept;

	*pruned = (struct tm_pruned){ 0 };
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
	for (int r = TM_HISTORY_HOUR; r < TM_HISTORY_RESOLUTIONS; r++) {
		if (marks->added[r] > time_ns &&
				coarse_add_again(history, r, time_ns))
			return -1;
	}
	coarse_set_back(&history->marks, newest_ns);
	return 0;
}
