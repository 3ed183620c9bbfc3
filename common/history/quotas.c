#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "scan.h"
#include "texts.h"

/* What a tenth of a period tells of the whole. */
#define TELLING 10

uint64_t tm_history_newest(struct tm_history *history)
{
	const uint64_t wall = tm_clock_wall_ns();

	if (!tm_history_begin(history))
		tm_history_end(history);
	return wall < history->marks.newest_ns ? wall
					       : history->marks.newest_ns;
}

static void take(void *context, const struct tm_history_sums *sums)
{
	struct tm_history_quota *const quota = context;

	tm_amount_raise(&quota->used, tm_amount_both(sums->moved).bytes);
}

/* The pace so far, until the end. What was used is all that is known by now,
 * whenever in the period the time was. */
static void project(struct tm_history_quota *quota, uint64_t time_ns)
{
	const uint64_t length = quota->end_ns - quota->begin_ns;
	const uint64_t now = tm_clock_wall_ns();
	const uint64_t passed =
			(now > time_ns ? now : time_ns) - quota->begin_ns;

	if (passed >= length)
		quota->projected = quota->used;
	if (passed >= length || passed < length / TELLING)
		return;
	quota->projected = (double)quota->used * length / passed;
	if (quota->used < quota->limit && quota->projected >= quota->limit)
		quota->runs_out_ns = quota->begin_ns +
				(double)passed * quota->limit / quota->used;
}

static unsigned find_levels(const struct tm_history_quota *quota)
{
	const double part = tm_history_quota_share(quota);

	return (part >= 0.8 ? TM_HISTORY_OVER_80 : 0) |
			(part >= 0.9 ? TM_HISTORY_OVER_90 : 0) |
			(quota->used >= quota->limit ? TM_HISTORY_OVER : 0) |
			(quota->projected >= quota->limit ? TM_HISTORY_PROJECTED
							  : 0);
}

static int sum_up(struct tm_history *history, struct tm_history_quota *quota,
		uint64_t time_ns)
{
	const struct tm_history_scan scan = {
		.wanted[TM_KEY_USER] = { true, &quota->uid, 1, NULL },
		.take = take,
		.context = quota,
	};
	struct tm_history_plan plan;
	int result;

	result = tm_history_plan_make(history, quota->begin_ns, quota->end_ns,
				 quota->period, &plan) ||
					tm_history_scan_run(
							history, &plan, &scan)
			? -1
			: 0;
	free(plan.pieces);
	project(quota, time_ns);
	quota->levels = find_levels(quota);
	return result;
}

static int read_quota(struct tm_history *history, sqlite3_stmt *statement,
		uint64_t time_ns, struct tm_history_quotas *answer)
{
	const char *const period =
			(const char *)sqlite3_column_text(statement, 1);
	struct tm_history_quota *more = realloc(
			answer->quotas, (answer->count + 1) * sizeof(*more));
	uint64_t fired_in;

	if (!more)
		return tm_history_fail(history, "out of memory");
	answer->quotas = more;
	more += answer->count++;
	*more = (struct tm_history_quota){
		.uid = sqlite3_column_int64(statement, 0),
		.period = period && !strcmp(period, "day") ? TM_HISTORY_DAY
							   : TM_HISTORY_MONTH,
		.limit = sqlite3_column_int64(statement, 2),
	};
	more->user = tm_history_text_user(answer->texts, more->uid);
	more->begin_ns = tm_history_slot(more->period, time_ns);
	more->end_ns = tm_history_next_slot(more->period, time_ns);
	fired_in = sqlite3_column_int64(statement, 3);
	if (fired_in == more->begin_ns)
		more->fired = sqlite3_column_int(statement, 4);
	return sum_up(history, more, time_ns);
}

static int read_quotas(struct tm_history *history, uint64_t time_ns,
		struct tm_history_quotas *answer)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT uid, period, bytes, fired_in, fired FROM quota "
			"ORDER BY uid, period");
	int result;

	if (!statement)
		return -1;
	while ((result = tm_history_step(history, statement)) == 1) {
		result = read_quota(history, statement, time_ns, answer);
		if (result)
			break;
	}
	sqlite3_finalize(statement);
	return result;
}

static int compare_quotas(const void *one, const void *other)
{
	const struct tm_history_quota *const a = one, *const b = other;
	const double share = tm_history_quota_share(a);
	const double other_share = tm_history_quota_share(b);

	if (share != other_share)
		return share < other_share ? 1 : -1;
	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return (int)a->period - (int)b->period;
}

int tm_history_quotas(struct tm_history *history, uint64_t time_ns,
		struct tm_history_quotas *answer)
{
	int result = -1;

	*answer = (struct tm_history_quotas){ 0 };
	if (tm_history_begin(history))
		return -1;
	answer->texts = tm_history_texts_new(history);
	if (answer->texts) {
		result = read_quotas(history,
				time_ns ? time_ns : tm_clock_wall_ns(), answer);
		tm_history_texts_settle(answer->texts);
	}
	tm_history_end(history);
	if (answer->count)
		qsort(answer->quotas, answer->count, sizeof(*answer->quotas),
				compare_quotas);
	return result;
}

const char *tm_history_quota_state(const struct tm_history_quota *quota)
{
	const unsigned levels = quota->levels;

	return levels & TM_HISTORY_OVER			? "100"
			: levels & TM_HISTORY_OVER_90	? "90"
			: levels & TM_HISTORY_OVER_80	? "80"
			: levels & TM_HISTORY_PROJECTED ? "projected"
							: "ok";
}

void tm_history_quotas_free(struct tm_history_quotas *answer)
{
	free(answer->quotas);
	tm_history_texts_free(answer->texts);
	*answer = (struct tm_history_quotas){ 0 };
}

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
