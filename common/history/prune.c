#include "prune.h"
#include "coarse.h"
#include "database.h"
#include "marks.h"
#include "open.h"
#include "query.h"
#include "sweep.h"

/* Also the names that no row has any more, unless somebody writes, who would
 * know their ids. */
static int prune_names(struct tm_history *history, bool may_forget)
{
	if (!may_forget)
		return 0;
	return tm_history_sweep(history) ||
					tm_history_sql(history,
							"DELETE FROM run WHERE last < "
							"(SELECT value FROM about "
							"WHERE key = 'first')")
			? -1
			: 0;
}

static int prune_all(struct tm_history *history, uint64_t before_ns,
		bool may_forget, struct tm_pruned *pruned)
{
	const uint64_t now_ns = tm_history_newest(history);
	/* 0 would mean for ever */
	const uint64_t age_ns = before_ns < now_ns ? now_ns - before_ns : 1;
	struct tm_retention retention;

	for (int i = 0; i < TM_HISTORY_RESOLUTIONS; i++)
		retention.keep_ns[i] = age_ns;
	retention.keep_jobs_ns = age_ns;
	if (tm_history_sql(history, "BEGIN IMMEDIATE") ||
			tm_history_read_marks(history) ||
			tm_coarse_prune(history, &retention, now_ns, pruned) ||
			tm_history_write_marks(history) ||
			prune_names(history, may_forget))
		return -1;
	return 0;
}

int tm_history_prune(struct tm_history *history, uint64_t before_ns,
		bool is_trial, struct tm_pruned *pruned)
{
	const bool may_forget = tm_history_try_lock(history);

	if (prune_all(history, before_ns, may_forget && !is_trial, pruned))
		return -1;
	if (is_trial)
		return tm_history_sql(history, "ROLLBACK");
	if (tm_history_sql(history, "COMMIT"))
		return -1;
	return tm_history_sql(history, "PRAGMA incremental_vacuum");
}
