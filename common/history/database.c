#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/escape.h"
#include "database.h"

int tm_history_fail(struct tm_history *history, const char *format, ...)
{
	char *const at = history->problem;
	va_list arguments;
	int size;

	size = snprintf(at, TM_HISTORY_PROBLEM_SIZE, "%.512s: ", history->path);
	va_start(arguments, format);
	vsnprintf(at + size, TM_HISTORY_PROBLEM_SIZE - size, format, arguments);
	va_end(arguments);
	return -1;
}

int tm_history_fail_sql(struct tm_history *history)
{
	switch (sqlite3_errcode(history->db)) {
	case SQLITE_BUSY:
		return tm_history_fail(history,
				"another process is changing it; try again");
	case SQLITE_FULL:
		return tm_history_fail(history, "%s", strerror(ENOSPC));
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return tm_history_fail(history, "%s",
				sqlite3_system_errno(history->db)
						? strerror(sqlite3_system_errno(
								  history->db))
						: sqlite3_errmsg(history->db));
	case SQLITE_INTERRUPT:
		return tm_history_fail(history, "the question takes too long");
	case SQLITE_NOTADB:
		return tm_history_fail(
				history, "not a history; name another file");
	case SQLITE_CORRUPT:
		return tm_history_fail(history,
				"is damaged (%s); sqlite3 FILE .recover saves what "
				"there is",
				sqlite3_errmsg(history->db));
	default:
		return tm_history_fail(
				history, "%s", sqlite3_errmsg(history->db));
	}
}

const char *tm_history_problem(const struct tm_history *history)
{
	return history ? history->problem : "out of memory";
}

const char *tm_history_zone(const struct tm_history *history)
{
	return history->zone;
}

int tm_history_sql(struct tm_history *history, const char *sql)
{
	if (!history->db)
		return tm_history_fail(history, "is not open");
	return sqlite3_exec(history->db, sql, NULL, NULL, NULL)
			? tm_history_fail_sql(history)
			: 0;
}

sqlite3_stmt *tm_history_prepare(struct tm_history *history, const char *sql)
{
	sqlite3_stmt *statement;

	if (!history->db) {
		tm_history_fail(history, "is not open");
		return NULL;
	}
	if (!sqlite3_prepare_v2(history->db, sql, -1, &statement, NULL))
		return statement;
	tm_history_fail_sql(history);
	return NULL;
}

sqlite3_stmt *tm_history_prepare_text(
		struct tm_history *history, struct tm_text *sql)
{
	sqlite3_stmt *statement = NULL;

	tm_text_put(sql, "", 1);
	if (sql->error)
		tm_history_fail(history, "out of memory");
	else
		statement = tm_history_prepare(history, sql->at);
	tm_text_free(sql);
	return statement;
}

int tm_history_step(struct tm_history *history, sqlite3_stmt *statement)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return tm_history_fail_sql(history);
	}
}

void tm_history_bind_text(
		sqlite3_stmt *statement, int at, const char *text, size_t size)
{
	uint32_t code;
	size_t done = 0, length;

	while (done < size) {
		length = tm_utf8_decode(text + done, size - done, &code);
		if (!length)
			break;
		done += length;
	}
	if (done == size)
		sqlite3_bind_text(statement, at, text, size, SQLITE_TRANSIENT);
	else
		sqlite3_bind_blob(statement, at, text, size, SQLITE_TRANSIENT);
}

int tm_history_run(struct tm_history *history, const char *sql,
		const uint64_t *numbers, int count)
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int result;

	if (!statement)
		return -1;
	for (int i = 0; i < count; i++)
		sqlite3_bind_int64(statement, i + 1, numbers[i]);
	result = tm_history_step(history, statement);
	sqlite3_finalize(statement);
	return result < 0 ? -1 : 0;
}

int64_t tm_history_number(struct tm_history *history, const char *sql)
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int64_t number = -1;

	if (statement && tm_history_step(history, statement) == 1)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}
