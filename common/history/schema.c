#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "database.h"
#include "marks.h"
#include "query.h"
#include "schema.h"
#include "stored.h"

static const char dictionaries[] =
		"CREATE TABLE about (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
		"CREATE TABLE user (uid INTEGER PRIMARY KEY, name TEXT NOT NULL);"
		"CREATE TABLE process (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
		"CREATE TABLE remote (id INTEGER PRIMARY KEY, address TEXT UNIQUE);"
		"CREATE TABLE interface (id INTEGER PRIMARY KEY, name TEXT, "
		"ifindex INTEGER NOT NULL, netns INTEGER NOT NULL, "
		"UNIQUE (netns, ifindex, name));"
		"CREATE TABLE cgroup (id INTEGER PRIMARY KEY, path TEXT NOT NULL);"
		"INSERT INTO process VALUES (0, ''), (1, NULL);"
		"INSERT INTO remote VALUES (0, ''), (1, NULL);"
		"INSERT INTO interface VALUES (0, '', 0, 0), (1, NULL, 0, 0);"
		"CREATE TABLE run (id INTEGER PRIMARY KEY, host TEXT, "
		"start INTEGER, last INTEGER, is_ended INTEGER NOT NULL, "
		"counted INTEGER NOT NULL, number INTEGER NOT NULL, "
		"cgroup INTEGER, ifindex INTEGER, hooks INTEGER, "
		"seen_in_packets INTEGER, seen_in_bytes INTEGER, "
		"recorded_in_packets INTEGER, recorded_in_bytes INTEGER, "
		"excluded_in_packets INTEGER, excluded_in_bytes INTEGER, "
		"lost_in_packets INTEGER, lost_in_bytes INTEGER, "
		"seen_out_packets INTEGER, seen_out_bytes INTEGER, "
		"recorded_out_packets INTEGER, recorded_out_bytes INTEGER, "
		"excluded_out_packets INTEGER, excluded_out_bytes INTEGER, "
		"lost_out_packets INTEGER, lost_out_bytes INTEGER);"
		"CREATE INDEX run_by_time ON run (last);"
		"CREATE TABLE covered (begin INTEGER PRIMARY KEY, "
		"\"end\" INTEGER NOT NULL);";

/* The state of hooks is removed with the limit that they were run for. */
static const char quotas[] =
		"CREATE TABLE quota_rule (id INTEGER PRIMARY KEY, "
		"whose TEXT NOT NULL, uid INTEGER NOT NULL, name TEXT NOT NULL, "
		"period TEXT NOT NULL, seconds INTEGER NOT NULL, "
		"direction TEXT NOT NULL, bytes INTEGER NOT NULL, "
		"UNIQUE (whose, uid, name, period, seconds, direction));"
		"CREATE TABLE quota_state (rule INTEGER NOT NULL, "
		"uid INTEGER NOT NULL, fired_in INTEGER NOT NULL, "
		"fired INTEGER NOT NULL, PRIMARY KEY (rule, uid)) WITHOUT ROWID;"
		"CREATE TABLE quota_member (name TEXT NOT NULL, "
		"uid INTEGER NOT NULL, PRIMARY KEY (name, uid)) WITHOUT ROWID;"
		"CREATE TABLE subordinate (first INTEGER PRIMARY KEY, "
		"count INTEGER NOT NULL, uid INTEGER NOT NULL);"
		"CREATE TRIGGER quota_changed AFTER UPDATE OF bytes ON quota_rule "
		"WHEN OLD.bytes <> NEW.bytes BEGIN "
		"DELETE FROM quota_state WHERE rule = NEW.id; END;"
		"CREATE TRIGGER quota_removed AFTER DELETE ON quota_rule BEGIN "
		"DELETE FROM quota_state WHERE rule = OLD.id; END;";

/* A job has a row for each day. So a range of days can be read on its own, old
 * days can be removed, and a manager that restarts its numbers does not add to
 * a job of another year. Times are in seconds, which saves 8 bytes a row. */
static const char names[] =
		"CREATE TABLE workload (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
		"CREATE TABLE command (id INTEGER PRIMARY KEY, path TEXT UNIQUE);"
		"CREATE TABLE host (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
		"INSERT INTO workload VALUES (0, ''), (1, NULL);"
		"INSERT INTO command VALUES (0, ''), (1, NULL);"
		"INSERT INTO host VALUES (0, ''), (1, NULL);"
		"CREATE TABLE job (day INTEGER NOT NULL, name TEXT NOT NULL, "
		"uid INTEGER NOT NULL, host INTEGER NOT NULL, "
		"first INTEGER NOT NULL, last INTEGER NOT NULL, "
		"in_bytes INTEGER NOT NULL, in_packets INTEGER NOT NULL, "
		"out_bytes INTEGER NOT NULL, out_packets INTEGER NOT NULL, "
		"PRIMARY KEY (day, name, uid, host)) WITHOUT ROWID;";

/* All traffic, each event once; see struct tm_history_marks. */
static const char view[] =
		"CREATE VIEW traffic AS "
		"WITH rows AS (SELECT * FROM traffic_month "
		"UNION ALL SELECT * FROM traffic_day "
		"WHERE time >= (SELECT value FROM about WHERE key = 'added_month') "
		"UNION ALL SELECT * FROM traffic_hour "
		"WHERE time >= (SELECT value FROM about WHERE key = 'added_day') "
		"UNION ALL SELECT * FROM traffic_minute "
		"WHERE time >= (SELECT value FROM about WHERE key = 'added_hour')) "
		"SELECT rows.time, ";

/* The expression for a key of a row, and the tables it comes from. */
static void view_add_key(
		struct tm_text *select, struct tm_text *from, enum tm_key_id id)
{
	const struct tm_history_dictionary *const of =
			tm_history_dictionary_of(id);
	const bool is_user = tm_history_key_is_user(id);
	const char *const column = tm_key_column(id);
	const char *const name = tm_key_table[id].name;

	if (!of || id == TM_KEY_USER)
		tm_text_format(select, "rows.%s, ", column);
	if (!of)
		return;
	if (is_user && id != TM_KEY_USER)
		tm_text_format(select, "rows.%s AS %s_uid, ", column, name);
	tm_text_format(select, "%s.%s AS %s, ", name, of->text, name);
	/* some users have no name */
	tm_text_format(from, " %s %s AS %s ON %s.%s = rows.%s",
			is_user ? "LEFT JOIN" : "JOIN", of->table, name, name,
			of->id, column);
}

int tm_history_make_view(struct tm_history *history)
{
	struct tm_text select = { 0 }, from = { 0 };
	int result;

	tm_text_string(&select, view);
	for (unsigned id = 0; id < TM_KEYS_STORED; id++)
		view_add_key(&select, &from, id);
	tm_text_string(&select,
			TM_HISTORY_AMOUNTS ", " TM_HISTORY_LOST " FROM rows");
	tm_text_put(&select, from.at, from.size);
	tm_text_put(&select, "", 1);
	result = select.error || from.error
			? tm_history_fail(history, "out of memory")
			: tm_history_sql(history, select.at);
	tm_text_free(&select);
	tm_text_free(&from);
	return result;
}

/* DuckDB takes a column's type from its declaration. */
static char *declare(char *to, const char *columns)
{
	static const char type[] = " INTEGER NOT NULL, ";

	while (*columns) {
		const size_t size = strcspn(columns, ",");

		to = mempcpy(to, columns, size);
		to = stpcpy(to, type);
		columns += size + strspn(columns + size, ", ");
	}
	return to;
}

int tm_history_make_table(struct tm_history *history,
		const struct tm_history_cube_facts *cube,
		enum tm_history_resolution resolution, const char *name)
{
	char keys[TM_HISTORY_COLUMNS_SIZE], columns[1024], sql[2048], *end;

	tm_history_columns(keys, cube);
	end = declare(columns, "time");
	end = declare(end, keys);
	end = declare(end, TM_HISTORY_AMOUNTS);
	if (cube->has_lost)
		declare(end, TM_HISTORY_LOST);
	snprintf(sql, sizeof(sql),
			"CREATE TABLE %s_%s (%sPRIMARY KEY (time, %.*s)) WITHOUT ROWID",
			name, tm_history_resolution_name(resolution), columns,
			(int)strlen(keys) - 2, keys);
	return tm_history_sql(history, sql);
}

/* Who talked to one remote: the only question that the keys' order is bad for.
 * A conversion makes it beside the one of the older format, and SQLite cannot
 * rename it. */
int tm_history_make_index(struct tm_history *history,
		enum tm_history_resolution resolution, const char *name)
{
	const char *const of = tm_history_resolution_name(resolution);
	char sql[256];

	snprintf(sql, sizeof(sql),
			"CREATE INDEX traffic_%s_by_remote ON %s_%s (time, remote)",
			of, name, of);
	return tm_history_sql(history, sql);
}

const char *tm_history_remote_index(const struct tm_history *history)
{
	return history->marks.format < TM_HISTORY_WHO ? "remote" : "by_remote";
}

static int make_tables(struct tm_history *history,
		enum tm_history_resolution resolution)
{
	for (unsigned i = 0; i < TM_HISTORY_CUBES; i++) {
		const struct tm_history_cube_facts *const cube =
				&tm_history_cubes[i];

		if (resolution == TM_HISTORY_MINUTE && !cube->has_minutes)
			continue;
		if (tm_history_make_table(
				    history, cube, resolution, cube->name))
			return -1;
	}
	return tm_history_make_index(history, resolution, "traffic");
}

static int set_zone(struct tm_history *history, const char *zone)
{
	sqlite3_stmt *const statement = tm_history_prepare(
			history, "INSERT INTO about VALUES ('zone', ?)");
	int result;

	if (!statement)
		return -1;
	sqlite3_bind_text(statement, 1, zone, -1, SQLITE_STATIC);
	result = tm_history_step(history, statement);
	sqlite3_finalize(statement);
	return result;
}

int tm_history_make_names(struct tm_history *history)
{
	return tm_history_sql(history, names);
}

int tm_history_make_quotas(struct tm_history *history)
{
	return tm_history_sql(history, quotas);
}

int tm_history_make_schema(struct tm_history *history, const char *zone)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
			"PRAGMA application_id = %d; PRAGMA user_version = %d",
			TM_HISTORY_APPLICATION, TM_HISTORY_FORMAT);
	if (tm_history_sql(history, sql) ||
			tm_history_sql(history, dictionaries) ||
			tm_history_make_names(history) ||
			tm_history_make_quotas(history))
		return -1;
	for (int i = 0; i < TM_HISTORY_RESOLUTIONS; i++) {
		if (make_tables(history, i))
			return -1;
	}
	return tm_history_make_view(history) || set_zone(history, zone) ||
					tm_history_write_marks(history)
			? -1
			: 0;
}

bool tm_history_is_first(struct tm_history *history)
{
	return tm_history_number(history, "PRAGMA user_version") ==
			TM_HISTORY_USER_QUOTAS;
}
