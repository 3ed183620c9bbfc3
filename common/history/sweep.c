#include <stdio.h>

#include "database.h"
#include "marks.h"
#include "sweep.h"

#define LEAST 100000 /* more than the last sweep left */

/* The tables of ids, and the sums that have them. */
static const struct {
	const char *table, *sums;
} swept[] = {
	{ "remote", "traffic" },
	{ "process", "process" },
	{ "workload", "process" },
	{ "command", "process" },
};

#define SWEPT (sizeof(swept) / sizeof(*swept))

static int sweep_table(
		struct tm_history *history, const char *table, const char *sums)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
			"DELETE FROM %1$s WHERE id > 1 AND id NOT IN "
			"(SELECT %1$s FROM %2$s_minute "
			"UNION SELECT %1$s FROM %2$s_hour "
			"UNION SELECT %1$s FROM %2$s_day "
			"UNION SELECT %1$s FROM %2$s_month)",
			table, sums);
	return tm_history_sql(history, sql);
}

bool tm_history_is_swept_at(struct tm_history *history, uint64_t rows)
{
	return rows >= 2 * history->marks.swept + LEAST;
}

int tm_history_sweep(struct tm_history *history)
{
	for (unsigned i = 0; i < SWEPT; i++) {
		if (sweep_table(history, swept[i].table, swept[i].sums))
			return -1;
	}
	return tm_history_sql(history,
			       "REPLACE INTO about VALUES ('swept', "
			       "(SELECT count(*) FROM remote) + "
			       "(SELECT count(*) FROM process) + "
			       "(SELECT count(*) FROM workload) + "
			       "(SELECT count(*) FROM command))") ||
					tm_history_read_marks(history)
			? -1
			: 0;
}
