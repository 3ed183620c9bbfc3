#include "quota-changes.h"
#include "database.h"

/* With the numbers as ?1, ?2, ... and the period, unless NULL, as the next. */
static int quota_change(struct tm_history *history, const char *sql,
		const uint64_t *numbers, int count, const char *period)
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int result;

	if (!statement)
		return -1;
	for (int i = 0; i < count; i++)
		sqlite3_bind_int64(statement, i + 1, numbers[i]);
	if (period)
		sqlite3_bind_text(statement, count + 1, period, -1,
				SQLITE_STATIC);
	result = tm_history_step(history, statement);
	sqlite3_finalize(statement);
	return result < 0 ? -1 : sqlite3_changes(history->db);
}

int tm_history_quota_set(struct tm_history *history, uint32_t uid,
		const char *period, uint64_t limit)
{
	const uint64_t numbers[] = { uid, limit };

	return quota_change(history,
			"INSERT INTO quota (uid, bytes, period) VALUES (?1, ?2, ?3) "
			"ON CONFLICT DO UPDATE SET "
			"fired = iif(bytes = ?2, fired, 0), bytes = ?2",
			numbers, 2, period);
}

int tm_history_quota_remove(
		struct tm_history *history, uint32_t uid, const char *period)
{
	const uint64_t numbers[] = { uid };

	return quota_change(history,
			period ? "DELETE FROM quota WHERE uid = ? AND period = ?"
			       : "DELETE FROM quota WHERE uid = ?",
			numbers, 1, period);
}

int tm_history_quota_claim(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned level)
{
	const uint64_t numbers[] = { quota->uid, quota->begin_ns, level };

	return quota_change(history,
			"UPDATE quota SET "
			"fired = iif(fired_in = ?2, fired, 0) | ?3, fired_in = ?2 "
			"WHERE uid = ?1 AND NOT (fired_in = ?2 AND fired & ?3) "
			"AND period = ?4",
			numbers, 3, tm_history_resolution_name(quota->period));
}

int tm_history_quota_release(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned level)
{
	const uint64_t numbers[] = { quota->uid, quota->begin_ns, level };

	return quota_change(history,
			"UPDATE quota SET fired = fired & ~?3 "
			"WHERE uid = ?1 AND fired_in = ?2 AND period = ?4",
			numbers, 3, tm_history_resolution_name(quota->period));
}
