#include "ahead.h"
#include "coarse.h"
#include "common/base/clock.h"
#include "database.h"
#include "marks.h"
#include "open.h"
#include "query.h"

/* The end of what was covered is exact, and traffic is known by the minute. 0
 * where all that is there comes later. */
static uint64_t newest_until(struct tm_history *history, uint64_t time_ns)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT max(coalesce((SELECT max(\"end\") - 1 FROM covered "
			"WHERE \"end\" <= ?1), 0), coalesce((SELECT max(time) "
			"FROM user_minute WHERE time <= ?1), 0))");
	uint64_t newest_ns = 0;

	if (!statement)
		return 0;
	sqlite3_bind_int64(statement, 1, time_ns);
	if (tm_history_step(history, statement) == 1)
		newest_ns = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return newest_ns;
}

uint64_t tm_history_newest(struct tm_history *history)
{
	const uint64_t wall = tm_clock_wall_ns();
	uint64_t newest_ns;

	if (tm_history_begin(history))
		return 0;
	newest_ns = history->marks.newest_ns;
	if (newest_ns > wall)
		newest_ns = newest_until(history, wall) ?: wall;
	tm_history_end(history);
	return newest_ns;
}

uint64_t tm_history_ahead(struct tm_history *history)
{
	const uint64_t wall = tm_clock_wall_ns();
	uint64_t newest_ns;

	if (tm_history_begin(history))
		return 0;
	newest_ns = history->marks.newest_ns;
	tm_history_end(history);
	return newest_ns > wall + TM_MINUTE_NS ? newest_ns : 0;
}

static int ahead_cut_spans(struct tm_history *history, uint64_t time_ns)
{
	return tm_history_run(history, "DELETE FROM covered WHERE begin > ?1",
			       &time_ns, 1) ||
					tm_history_run(history,
							"UPDATE covered SET \"end\" = ?1 "
							"WHERE \"end\" > ?1",
							&time_ns, 1)
			? -1
			: 0;
}

static int ahead_remove(struct tm_history *history, struct tm_pruned *pruned)
{
	const uint64_t wall = tm_clock_wall_ns();

	*pruned = (struct tm_pruned){ 0 };
	if (tm_history_sql(history, "BEGIN IMMEDIATE") ||
			tm_history_read_marks(history))
		return -1;
	if (history->marks.newest_ns <= wall)
		return 0;
	return tm_coarse_prune_after(history, wall, newest_until(history, wall),
			       pruned) ||
					ahead_cut_spans(history, wall) ||
					tm_history_write_marks(history)
			? -1
			: 0;
}

int tm_history_prune_ahead(struct tm_history *history, bool is_trial,
		struct tm_pruned *pruned)
{
	if (ahead_remove(history, pruned))
		return -1;
	return tm_history_sql(history, is_trial ? "ROLLBACK" : "COMMIT");
}
