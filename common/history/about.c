#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "database.h"
#include "query.h"

bool tm_history_find_user(
		struct tm_history *history, const char *name, uint32_t *uid)
{
	sqlite3_stmt *const statement = tm_history_prepare(
			history, "SELECT uid FROM user WHERE name = ? LIMIT 2");
	bool is_found = false;

	if (!statement)
		return false;
	tm_history_bind_text(statement, 1, name, strlen(name));
	if (tm_history_step(history, statement) == 1) {
		*uid = sqlite3_column_int64(statement, 0);
		is_found = tm_history_step(history, statement) == 0;
	}
	sqlite3_finalize(statement);
	return is_found;
}

bool tm_history_is_local(struct tm_history *history)
{
	char host[HOST_NAME_MAX + 1] = { 0 };
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT count(*), count(*) FILTER (WHERE host = ?) FROM run");
	int64_t runs = 1, own = 0;

	if (!statement)
		return false;
	gethostname(host, sizeof(host) - 1);
	tm_history_bind_text(statement, 1, host, strlen(host));
	if (tm_history_step(history, statement) == 1) {
		runs = sqlite3_column_int64(statement, 0);
		own = sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	return runs ? own == runs : !tm_history_newest(history);
}
