/* Changes of quotas. Each returns how many quotas it changed, or -1 with a
 * problem. */
#ifndef TM_HISTORY_QUOTA_CHANGES_H
#define TM_HISTORY_QUOTA_CHANGES_H

#include "query.h"

/* Sets or replaces the limit of a period, "day" or "month". */
int tm_history_quota_set(struct tm_history *history, uint32_t uid,
		const char *period, uint64_t limit);

/* Removes it; for NULL of both periods. */
int tm_history_quota_remove(
		struct tm_history *history, uint32_t uid, const char *period);

/* Claims a level of this period for its hook: 0 = another process did. */
int tm_history_quota_claim(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned level);

/* The hook failed: the level may be claimed again. */
int tm_history_quota_release(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned level);

#endif
