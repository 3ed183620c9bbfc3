#include "sweep.h"
#include "database.h"
#include "marks.h"

#define LEAST 100000 /* more than the last sweep left */

static const char sweep[] =
		"DELETE FROM remote WHERE id > 1 AND id NOT IN "
		"(SELECT remote FROM traffic_minute UNION SELECT remote FROM "
		"traffic_hour UNION SELECT remote FROM traffic_day UNION SELECT remote "
		"FROM traffic_month);"
		"DELETE FROM process WHERE id > 1 AND id NOT IN "
		"(SELECT process FROM process_minute UNION SELECT process FROM "
		"process_hour UNION SELECT process FROM process_day UNION SELECT "
		"process FROM process_month);"
		"REPLACE INTO about VALUES ('swept', (SELECT count(*) FROM remote) + "
		"(SELECT count(*) FROM process));";

bool tm_history_is_swept_at(struct tm_history *history, uint64_t rows)
{
	return rows >= 2 * history->marks.swept + LEAST;
}

int tm_history_sweep(struct tm_history *history)
{
	return tm_history_sql(history, sweep) || tm_history_read_marks(history)
			? -1
			: 0;
}
