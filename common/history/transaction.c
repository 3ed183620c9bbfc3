#include "common/base/clock.h"
#include "database.h"
#include "marks.h"

#define PROGRESS_STEPS 20000

static int is_late(void *context)
{
	const struct tm_history *const history = context;

	return tm_clock_coarse_ns() > history->deadline_ns;
}

void tm_history_set_limit(struct tm_history *history, unsigned milliseconds)
{
	history->limit_ms = milliseconds;
	sqlite3_progress_handler(history->db, milliseconds ? PROGRESS_STEPS : 0,
			is_late, history);
}

int tm_history_begin(struct tm_history *history)
{
	history->deadline_ns =
			tm_clock_coarse_ns() + history->limit_ms * TM_MS_NS;
	if (history->depth) {
		history->depth++;
		return 0;
	}
	if (tm_history_sql(history, "BEGIN"))
		return -1;
	history->depth = 1;
	if (!tm_history_read_marks(history))
		return 0;
	tm_history_end(history);
	return -1;
}

void tm_history_end(struct tm_history *history)
{
	if (--history->depth)
		return;
	/* also what went before it may have ended the transaction */
	if (!sqlite3_get_autocommit(history->db))
		sqlite3_exec(history->db, "COMMIT", NULL, NULL, NULL);
}

int64_t tm_history_version(struct tm_history *history)
{
	return tm_history_number(history, "PRAGMA data_version");
}
