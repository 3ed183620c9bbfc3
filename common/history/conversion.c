#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "conversion.h"
#include "database.h"
#include "marks.h"
#include "query.h"
#include "schema.h"
#include "stored.h"

#define CHUNK_ROWS 200000 /* in one transaction: 30 MiB of its log */
#define CHUNK_PAGES 5000  /* to be given back to the file system */
#define NEXT "next_"	  /* before the name of a table that is filled */

static tm_history_convert_report *report_conversion;

void tm_history_on_conversion(tm_history_convert_report *report)
{
	report_conversion = report;
}

/* --- the tables that got keys --- */

static const struct tm_history_cube_facts *const cubes[] = {
	&tm_history_cubes[TM_HISTORY_CUBE_PROCESS],
	&tm_history_cubes[TM_HISTORY_CUBE_TRAFFIC],
};

#define CUBES (sizeof(cubes) / sizeof(*cubes))

typedef int convert_fn(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution);

static int convert_each(struct tm_history *history, convert_fn *convert)
{
	for (unsigned i = 0; i < CUBES; i++) {
		for (int r = 0; r < TM_HISTORY_RESOLUTIONS; r++) {
			if (convert(history, cubes[i], r))
				return -1;
		}
	}
	return 0;
}

static int run_on_table(struct tm_history *history, const char *format,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution)
{
	char sql[256];

	snprintf(sql, sizeof(sql), format, cube->name,
			tm_history_resolution_name(resolution));
	return tm_history_sql(history, sql);
}

/* What an interrupted conversion left. */
static int drop_next(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution)
{
	return run_on_table(history, "DROP TABLE IF EXISTS " NEXT "%s_%s", cube,
			resolution);
}

static int make_next(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution)
{
	char name[64];

	snprintf(name, sizeof(name), NEXT "%s", cube->name);
	if (tm_history_make_table(history, cube, resolution, name))
		return -1;
	return cube->keys & TM_HISTORY_BY_REMOTE
			? tm_history_make_index(history, resolution, name)
			: 0;
}

static int replace_table(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution)
{
	return run_on_table(history, "DROP TABLE %1$s_%2$s", cube,
			       resolution) ||
					run_on_table(history,
							"ALTER TABLE " NEXT
							"%1$s_%2$s "
							"RENAME TO %1$s_%2$s",
							cube, resolution)
			? -1
			: 0;
}

/* --- the copy --- */

/* The keys that the old table has, "time, uid, ..."; how many they are. */
static int old_keys(struct tm_text *out, const struct tm_history *history,
		const struct tm_history_cube_facts *cube, const char *after)
{
	int count = 1;

	tm_text_format(out, "time%s", after);
	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (!(cube->keys & 1u << id) ||
				!tm_history_has_column(history, id))
			continue;
		tm_text_format(out, ", %s%s", tm_key_column(id), after);
		count++;
	}
	return count;
}

/* The key of the last row that was copied, if there is one. */
static sqlite3_stmt *prepare_last(struct tm_history *history,
		const struct tm_history_cube_facts *cube, const char *name)
{
	struct tm_text sql = { 0 };

	tm_text_string(&sql, "SELECT ");
	old_keys(&sql, history, cube, "");
	tm_text_format(&sql, " FROM " NEXT "%s_%s ORDER BY ", cube->name, name);
	old_keys(&sql, history, cube, " DESC");
	tm_text_string(&sql, " LIMIT 1");
	return tm_history_prepare_text(history, &sql);
}

/* The rows that follow a key, in the order of both tables. */
static sqlite3_stmt *prepare_copy(struct tm_history *history,
		const struct tm_history_cube_facts *cube, const char *name)
{
	struct tm_text sql = { 0 };
	int count;

	tm_text_format(&sql, "INSERT INTO " NEXT "%s_%s SELECT time, ",
			cube->name, name);
	for (unsigned id = 0; id < TM_KEYS_STORED; id++) {
		if (cube->keys & 1u << id)
			tm_text_format(&sql, "%s, ",
					tm_history_column_in(history, id));
	}
	tm_text_format(&sql,
			TM_HISTORY_AMOUNTS ", " TM_HISTORY_LOST
					   " FROM %s_%s WHERE (",
			cube->name, name);
	count = old_keys(&sql, history, cube, "");
	tm_text_string(&sql, ") > (?");
	while (--count)
		tm_text_string(&sql, ", ?");
	tm_text_string(&sql, ") ORDER BY ");
	old_keys(&sql, history, cube, "");
	tm_text_format(&sql, " LIMIT %d", CHUNK_ROWS);
	return tm_history_prepare_text(history, &sql);
}

/* Before the first chunk: no time is that early. */
static int bind_last(struct tm_history *history, sqlite3_stmt *last,
		sqlite3_stmt *to)
{
	const int result = tm_history_step(history, last);

	for (int i = 0; i < sqlite3_column_count(last); i++)
		sqlite3_bind_int64(to, i + 1,
				result == 1 ? sqlite3_column_int64(last, i)
					    : -1);
	sqlite3_reset(last);
	return result < 0 ? -1 : 0;
}

/* How many rows, 0 = there are no more, -1 = failed. */
static int copy_chunk(struct tm_history *history, sqlite3_stmt *last,
		sqlite3_stmt *copy)
{
	int result = -1;

	if (tm_history_sql(history, "BEGIN IMMEDIATE"))
		return -1;
	if (!bind_last(history, last, copy) && !tm_history_step(history, copy))
		result = sqlite3_changes(history->db);
	sqlite3_reset(copy);
	if (result >= 0 && tm_history_sql(history, "COMMIT"))
		result = -1;
	if (result < 0)
		sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

static int copy_table(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution)
{
	const char *const name = tm_history_resolution_name(resolution);
	sqlite3_stmt *const last = prepare_last(history, cube, name);
	sqlite3_stmt *const copy = prepare_copy(history, cube, name);
	int result = -1;

	while (last && copy &&
			(result = copy_chunk(history, last, copy)) ==
					CHUNK_ROWS)
		;
	sqlite3_finalize(last);
	sqlite3_finalize(copy);
	return result < 0 ? -1 : 0;
}

/* --- in their place --- */

static const char rules_from_quotas[] =
		"INSERT INTO quota_rule (whose, uid, name, period, seconds, "
		"direction, bytes) SELECT 'user', uid, '', period, 0, 'both', bytes "
		"FROM quota ORDER BY uid, period;"
		"INSERT INTO quota_state SELECT rule.id, old.uid, old.fired_in, "
		"old.fired FROM quota AS old JOIN quota_rule AS rule "
		"ON rule.uid = old.uid AND rule.period = old.period "
		"WHERE old.fired <> 0;"
		"DROP TABLE quota";

static int convert_quotas(struct tm_history *history)
{
	if (history->marks.format >= TM_HISTORY_RULES)
		return 0;
	return tm_history_make_quotas(history) ||
					tm_history_sql(history,
							rules_from_quotas)
			? -1
			: 0;
}

static int convert_replace(struct tm_history *history)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d",
			TM_HISTORY_FORMAT);
	if (tm_history_sql(history, "BEGIN IMMEDIATE"))
		return -1;
	if (!convert_quotas(history) && !tm_history_make_names(history) &&
			!tm_history_sql(history, "DROP VIEW traffic") &&
			!convert_each(history, replace_table) &&
			!tm_history_make_view(history) &&
			!tm_history_sql(history, sql) &&
			!tm_history_sql(history, "COMMIT"))
		return 0;
	sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* Gives the room of the old tables back. What fails is left to be used again.
 */
static void convert_shrink(struct tm_history *history)
{
	char sql[64];
	int64_t left = tm_history_number(history, "PRAGMA freelist_count");

	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)",
			CHUNK_PAGES);
	for (; left > 0; left -= CHUNK_PAGES) {
		if (sqlite3_exec(history->db, sql, NULL, NULL, NULL))
			return;
	}
	sqlite3_wal_checkpoint_v2(history->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
			NULL, NULL);
}

/* --- all of it --- */

static uint64_t history_bytes(struct tm_history *history)
{
	return tm_history_number(history, "PRAGMA page_count") *
			tm_history_number(history, "PRAGMA page_size");
}

static int convert_refuse(struct tm_history *history, uint64_t bytes)
{
	char reason[TM_HISTORY_PROBLEM_SIZE];
	const char *const at = strstr(history->problem, ": ");

	snprintf(reason, sizeof(reason), "%s", at ? at + 2 : "");
	convert_each(history, drop_next);
	sqlite3_wal_checkpoint_v2(history->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
			NULL, NULL);
	return tm_history_fail(history,
			"cannot be converted to format %d: %.256s; it needs about "
			"%" PRIu64 " MiB more for a while, and is as it was",
			TM_HISTORY_FORMAT, reason, (bytes >> 20) + 1);
}

static int convert_all(struct tm_history *history)
{
	const uint64_t begin_ns = tm_clock_coarse_ns();
	const uint64_t bytes = history_bytes(history);
	const int from = history->marks.format;

	if (report_conversion)
		report_conversion(history->path, from, bytes, 0);
	if (convert_each(history, drop_next) ||
			convert_each(history, make_next) ||
			convert_each(history, copy_table) ||
			convert_replace(history))
		return convert_refuse(history, bytes);
	convert_shrink(history);
	if (report_conversion)
		report_conversion(history->path, from, bytes,
				tm_clock_coarse_ns() - begin_ns + 1);
	return 0;
}

int tm_history_convert(struct tm_history *history)
{
	/* another process may already have done it */
	if (tm_history_read_marks(history))
		return -1;
	return history->marks.format < TM_HISTORY_FORMAT ? convert_all(history)
							 : 0;
}
