#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "database.h"
#include "query.h"
#include "stored.h"
#include "trim.h"

#define ADD(name) name " = tm_add(" name ", excluded." name ")"
#define ADD_AMOUNTS                                                            \
	ADD("in_bytes")                                                        \
	", " ADD("in_packets") ", " ADD("out_bytes") ", " ADD("out_packets")
#define ADD_LOST                                                               \
	", " ADD("lost_in_bytes") ", " ADD("lost_in_packets") ", " ADD(        \
			"lost_out_bytes") ", " ADD("lost_out_packets")

const char *tm_trim_add_amounts(const struct tm_history_cube_facts *cube)
{
	return cube->has_lost ? ADD_AMOUNTS ADD_LOST : ADD_AMOUNTS;
}

uint32_t tm_trim_most(const struct tm_retention *retention,
		enum tm_history_resolution resolution)
{
	static const uint8_t times[TM_HISTORY_RESOLUTIONS] = { 1, 2, 5, 10 };

	return retention->remotes * times[resolution];
}

/* --- one key in one table --- */

/* Selects what is cut. All steps read it before any changes it. */
static int trim_make_cut(struct tm_history *history)
{
	char columns[TM_HISTORY_COLUMNS_SIZE], sql[1024];

	tm_history_columns(columns, &tm_history_cubes[TM_HISTORY_CUBE_TRAFFIC]);
	snprintf(sql, sizeof(sql),
			"CREATE TEMP TABLE IF NOT EXISTS cut (time, "
			"%s" TM_HISTORY_AMOUNTS ", " TM_HISTORY_LOST ");"
			"CREATE TEMP TABLE IF NOT EXISTS cut_values (value)",
			columns);
	return tm_history_sql(history, sql);
}

/* With words for the key's column, the table, all its columns, those that are
 * grouped by, and the columns as they are selected then. Rows of a user are
 * found by their keys, never by the index of remotes, which many users share.
 */
static const char *const find_steps[] = {
	"DELETE FROM temp.cut_values",
	"INSERT INTO temp.cut_values SELECT $key FROM $table "
	"WHERE time = ?1 AND uid = ?2 AND +$key > 1 "
	"GROUP BY +$key ORDER BY tm_sum(tm_add(in_bytes, out_bytes)) DESC, $key "
	"LIMIT -1 OFFSET ?3",
	NULL,
};

static const char *const move_steps[] = {
	"DELETE FROM temp.cut",
	"INSERT INTO temp.cut (time, $columns" TM_HISTORY_AMOUNTS
	", " TM_HISTORY_LOST
	") SELECT * FROM $table WHERE time = ?1 AND uid = ?2 "
	"AND +$key IN (SELECT value FROM temp.cut_values)",
	"DELETE FROM $table WHERE time = ?1 AND uid = ?2 "
	"AND +$key IN (SELECT value FROM temp.cut_values)",
	"INSERT INTO $table SELECT time, $select" TM_TRIM_SUM_AMOUNTS
			TM_TRIM_SUM_LOST
	" FROM temp.cut WHERE true GROUP BY $grouptime "
	"ON CONFLICT DO UPDATE SET " ADD_AMOUNTS ADD_LOST,
	NULL,
};

/* The sums by remote follow. */
static const char *const remote_steps[] = {
	"UPDATE $table SET in_bytes = in_bytes - gone.a, "
	"in_packets = in_packets - gone.b, out_bytes = out_bytes - gone.c, "
	"out_packets = out_packets - gone.d "
	"FROM (SELECT remote, tm_sum(in_bytes) AS a, tm_sum(in_packets) AS b, "
	"tm_sum(out_bytes) AS c, tm_sum(out_packets) AS d FROM temp.cut "
	"GROUP BY remote) AS gone "
	"WHERE time = ?1 AND $table.remote = gone.remote",
	"DELETE FROM $table WHERE time = ?1 AND in_packets = 0 "
	"AND out_packets = 0 AND in_bytes = 0 AND out_bytes = 0 "
	"AND remote IN (SELECT remote FROM temp.cut)",
	"INSERT INTO $table SELECT time, 1, " TM_TRIM_SUM_AMOUNTS
	" FROM temp.cut WHERE true GROUP BY time "
	"ON CONFLICT DO UPDATE SET " ADD_AMOUNTS,
	NULL,
};

struct trim {
	struct tm_history *history;
	const char *resolution;
	enum tm_key_id key;
	uint64_t numbers[3]; /* ?1 slot, ?2 uid, ?3 how many are kept */
};

struct word {
	const char *name, *text;
};

static void put_step(
		struct tm_text *sql, const char *step, const struct word *words)
{
	while (*step) {
		const size_t plain = strcspn(step, "$");
		const struct word *word = words;

		tm_text_put(sql, step, plain);
		step += plain;
		if (!*step)
			break;
		while (strncmp(step + 1, word->name, strlen(word->name)))
			word++;
		tm_text_string(sql, word->text);
		step += 1 + strlen(word->name);
	}
	tm_text_put(sql, "", 1);
}

static int trim_run(const struct trim *trim, const char *const *steps,
		enum tm_history_cube cube)
{
	const struct tm_history_cube_facts *const facts =
			&tm_history_cubes[cube];
	char table[64], columns[TM_HISTORY_COLUMNS_SIZE],
			group[TM_HISTORY_COLUMNS_SIZE],
			select[TM_HISTORY_COLUMNS_SIZE];
	const struct word words[] = {
		{ "key", tm_key_column(trim->key) },
		{ "table", table },
		{ "columns", columns },
		{ "group", group },
		{ "select", select },
	};
	int result = 0;

	snprintf(table, sizeof(table), "%s_%s", facts->name, trim->resolution);
	tm_history_columns(columns, facts);
	tm_history_columns_folded(group, select, facts, trim->key);
	for (; *steps && !result; steps++) {
		struct tm_text sql = { 0 };

		put_step(&sql, *steps, words);
		result = sql.error ? tm_history_fail(trim->history,
						     "out of memory")
				   : tm_history_run(trim->history, sql.at,
						     trim->numbers, 3);
		tm_text_free(&sql);
	}
	return result;
}

/* The sums of a user that have the key, without minutes of remotes. */
static int trim_key(const struct trim *trim, bool is_minute)
{
	const bool is_remote = trim->key == TM_KEY_REMOTE;

	if (trim_run(trim, find_steps,
			    is_remote ? TM_HISTORY_CUBE_TRAFFIC
				      : TM_HISTORY_CUBE_PROCESS) ||
			trim_run(trim, move_steps, TM_HISTORY_CUBE_TRAFFIC))
		return -1;
	if (!is_remote)
		return trim_run(trim, move_steps, TM_HISTORY_CUBE_PROCESS);
	return is_minute ? 0
			 : trim_run(trim, remote_steps, TM_HISTORY_CUBE_REMOTE);
}

/* --- all keys --- */

static const enum tm_key_id trimmed[] = { TM_KEY_REMOTE, TM_KEY_WORKLOAD,
	TM_KEY_COMMAND };

#define TRIMMED (sizeof(trimmed) / sizeof(*trimmed))

/* How many values of each the user has in the slot. */
static int trim_count(const struct trim *trim, uint64_t counts[TRIMMED])
{
	struct tm_text sql = { 0 };
	sqlite3_stmt *statement;
	int result;

	for (unsigned i = 0; i < TRIMMED; i++)
		tm_text_format(&sql, "%s count(DISTINCT +%s)",
				i ? "," : "SELECT", tm_key_column(trimmed[i]));
	tm_text_format(&sql, " FROM traffic_%s WHERE time = ?1 AND uid = ?2",
			trim->resolution);
	statement = tm_history_prepare_text(trim->history, &sql);
	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, trim->numbers[0]);
	sqlite3_bind_int64(statement, 2, trim->numbers[1]);
	result = tm_history_step(trim->history, statement);
	for (unsigned i = 0; i < TRIMMED && result == 1; i++)
		counts[i] = sqlite3_column_int64(statement, i);
	sqlite3_finalize(statement);
	return result == 1 ? 0 : -1;
}

int tm_trim_slot(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t slot_ns,
		uint32_t uid, uint32_t most, uint32_t room)
{
	struct trim trim = {
		.history = history,
		.resolution = tm_history_resolution_name(resolution),
		.numbers = { slot_ns, uid, most },
	};
	uint64_t counts[TRIMMED] = { 0 };

	if (trim_make_cut(history) || trim_count(&trim, counts))
		return -1;
	for (unsigned i = 0; i < TRIMMED; i++) {
		trim.key = trimmed[i];
		if (counts[i] > (uint64_t)most * room &&
				trim_key(&trim, resolution == TM_HISTORY_MINUTE))
			return -1;
	}
	return 0;
}

int tm_trim_range(struct tm_history *history,
		enum tm_history_resolution resolution, uint64_t from_ns,
		uint64_t to_ns, uint32_t rows, uint32_t most)
{
	char sql[256];
	sqlite3_stmt *statement;
	int result;

	snprintf(sql, sizeof(sql),
			"SELECT time, uid FROM traffic_%s WHERE time >= ?1 AND "
			"time < ?2 GROUP BY time, uid HAVING count(*) > ?3",
			tm_history_resolution_name(resolution));
	statement = tm_history_prepare(history, sql);
	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, from_ns);
	sqlite3_bind_int64(statement, 2, to_ns);
	sqlite3_bind_int64(statement, 3, rows);
	/* its groups lie after the rows that change */
	while ((result = tm_history_step(history, statement)) == 1) {
		result = tm_trim_slot(history, resolution,
				sqlite3_column_int64(statement, 0),
				sqlite3_column_int64(statement, 1), most, 1);
		if (result)
			break;
	}
	sqlite3_finalize(statement);
	return result;
}
