#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "database.h"
#include "quota.h"
#include "schema.h"

/* --- words --- */

static const char *const whose_names[] = { "user", "group", "members",
	"everyone" };
static const char *const direction_names[] = { "in", "out" };

const char *tm_history_whose_name(enum tm_history_whose whose)
{
	return whose_names[whose];
}

const char *tm_history_rule_direction(const struct tm_history_rule *rule)
{
	return rule->has_direction ? direction_names[rule->direction] : "both";
}

const char *tm_history_rule_period(char out[TM_HISTORY_PERIOD_SIZE],
		const struct tm_history_rule *rule)
{
	static const struct {
		uint64_t ns;
		char unit;
	} units[] = { { 24 * TM_HOUR_NS, 'd' }, { TM_HOUR_NS, 'h' },
		{ TM_MINUTE_NS, 'm' } };
	size_t i = 0;

	if (!rule->window_ns)
		return tm_history_resolution_name(rule->period);
	while (i < 2 && rule->window_ns % units[i].ns)
		i++;
	snprintf(out, TM_HISTORY_PERIOD_SIZE, "%" PRIu64 "%c",
			rule->window_ns / units[i].ns, units[i].unit);
	return out;
}

bool tm_history_rule_is_of(const struct tm_history_rule *rule,
		const struct tm_history_rule *other)
{
	return rule->whose == other->whose && rule->uid == other->uid &&
			!strcmp(rule->group, other->group);
}

bool tm_history_rule_counts(const struct tm_history_rule *rule,
		const struct tm_history_rule *other)
{
	return rule->window_ns == other->window_ns &&
			(rule->window_ns || rule->period == other->period) &&
			rule->has_direction == other->has_direction &&
			(!rule->has_direction ||
					rule->direction == other->direction);
}

/* --- rules --- */

static unsigned find_word(const unsigned char *word, const char *const *words,
		unsigned count)
{
	unsigned i = 0;

	while (i < count && word && strcmp((const char *)word, words[i]))
		i++;
	return word ? i : count;
}

static void read_rule(sqlite3_stmt *statement, struct tm_history_rule *rule)
{
	const unsigned direction = find_word(
			sqlite3_column_text(statement, 6), direction_names, 2);
	const unsigned char *const period = sqlite3_column_text(statement, 4);

	*rule = (struct tm_history_rule){
		.id = sqlite3_column_int64(statement, 0),
		.whose = find_word(sqlite3_column_text(statement, 1),
				whose_names, TM_HISTORY_OF_EVERYONE),
		.uid = sqlite3_column_int64(statement, 2),
		.period = period && !strcmp((const char *)period, "day")
				? TM_HISTORY_DAY
				: TM_HISTORY_MONTH,
		.window_ns = sqlite3_column_int64(statement, 5) * TM_SECOND_NS,
		.has_direction = direction < 2,
		.direction = direction,
		.limit = sqlite3_column_int64(statement, 7),
	};
	snprintf(rule->group, sizeof(rule->group), "%s",
			(const char *)sqlite3_column_text(statement, 3) ?: "");
}

static int rules_read(struct tm_history *history, sqlite3_stmt *statement,
		struct tm_history_rules *answer)
{
	struct tm_history_rule *more;
	int result;

	while ((result = tm_history_step(history, statement)) == 1) {
		more = realloc(answer->rules,
				(answer->count + 1) * sizeof(*more));
		if (!more)
			return tm_history_fail(history, "out of memory");
		answer->rules = more;
		read_rule(statement, &more[answer->count++]);
	}
	return result;
}

int tm_history_rules(
		struct tm_history *history, struct tm_history_rules *answer)
{
	static const char sql[] =
			"SELECT id, whose, uid, name, period, seconds, direction, "
			"bytes FROM quota_rule ORDER BY id";
	static const char first[] =
			"SELECT 0, 'user', uid, '', period, 0, 'both', bytes "
			"FROM quota ORDER BY uid, period";
	sqlite3_stmt *const statement = tm_history_prepare(
			history, tm_history_is_first(history) ? first : sql);
	int result;

	*answer = (struct tm_history_rules){ 0 };
	if (!statement)
		return -1;
	result = rules_read(history, statement, answer);
	sqlite3_finalize(statement);
	return result;
}

void tm_history_rules_free(struct tm_history_rules *answer)
{
	free(answer->rules);
	*answer = (struct tm_history_rules){ 0 };
}

/* --- changes --- */

static int run_and_finalize(struct tm_history *history, sqlite3_stmt *statement)
{
	const int result = statement ? tm_history_step(history, statement) : -1;

	sqlite3_finalize(statement);
	return result < 0 ? -1 : 0;
}

static void bind_word(sqlite3_stmt *statement, int at, const char *word)
{
	sqlite3_bind_text(statement, at, word, -1, SQLITE_TRANSIENT);
}

int tm_history_rule_set(
		struct tm_history *history, const struct tm_history_rule *rule)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"INSERT INTO quota_rule (whose, uid, name, period, "
			"seconds, direction, bytes) VALUES (?, ?, ?, ?, ?, ?, ?) "
			"ON CONFLICT DO UPDATE SET bytes = excluded.bytes");

	if (!statement)
		return -1;
	bind_word(statement, 1, whose_names[rule->whose]);
	sqlite3_bind_int64(statement, 2, rule->uid);
	tm_history_bind_text(statement, 3, rule->group, strlen(rule->group));
	bind_word(statement, 4,
			rule->window_ns ? "window"
					: tm_history_resolution_name(
							  rule->period));
	sqlite3_bind_int64(statement, 5, rule->window_ns / TM_SECOND_NS);
	bind_word(statement, 6, tm_history_rule_direction(rule));
	sqlite3_bind_int64(statement, 7, rule->limit);
	return run_and_finalize(history, statement);
}

int tm_history_rule_remove(struct tm_history *history, uint64_t id)
{
	return tm_history_run(
			history, "DELETE FROM quota_rule WHERE id = ?", &id, 1);
}

static int members_write(struct tm_history *history, const char *group,
		const uint32_t *uids, size_t count)
{
	sqlite3_stmt *statement = tm_history_prepare(
			history, "DELETE FROM quota_member WHERE name = ?");

	if (!statement)
		return -1;
	tm_history_bind_text(statement, 1, group, strlen(group));
	if (run_and_finalize(history, statement))
		return -1;
	for (size_t i = 0; i < count; i++) {
		statement = tm_history_prepare(history,
				"INSERT OR IGNORE INTO quota_member VALUES (?, ?)");
		if (!statement)
			return -1;
		tm_history_bind_text(statement, 1, group, strlen(group));
		sqlite3_bind_int64(statement, 2, uids[i]);
		if (run_and_finalize(history, statement))
			return -1;
	}
	return 0;
}

/* Ends a transaction with that result. */
static int end_change(struct tm_history *history, int result)
{
	if (!result)
		return tm_history_sql(history, "COMMIT");
	sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

int tm_history_set_members(struct tm_history *history, const char *group,
		const uint32_t *uids, size_t count)
{
	if (tm_history_sql(history, "BEGIN IMMEDIATE"))
		return -1;
	return end_change(history, members_write(history, group, uids, count));
}

static int owners_write(struct tm_history *history,
		const struct tm_history_uids *uids, size_t count)
{
	int result = tm_history_sql(history, "DELETE FROM subordinate");

	for (size_t i = 0; i < count && !result; i++) {
		const uint64_t numbers[] = { uids[i].first, uids[i].count,
			uids[i].owner };

		result = tm_history_run(history,
				"REPLACE INTO subordinate VALUES (?, ?, ?)",
				numbers, 3);
	}
	return result;
}

int tm_history_set_owners(struct tm_history *history,
		const struct tm_history_uids *uids, size_t count)
{
	if (tm_history_sql(history, "BEGIN IMMEDIATE"))
		return -1;
	return end_change(history, owners_write(history, uids, count));
}

/* --- hooks --- */

unsigned tm_history_level_worst(unsigned levels)
{
	static const unsigned worst_first[] = { TM_HISTORY_OVER,
		TM_HISTORY_OVER_90, TM_HISTORY_OVER_80, TM_HISTORY_PROJECTED };

	for (unsigned i = 0; i < 4; i++) {
		if (levels & worst_first[i])
			return worst_first[i];
	}
	return 0;
}

/* The levels that are not worse. */
static unsigned up_to(unsigned level)
{
	switch (level) {
	case TM_HISTORY_OVER:
		return TM_HISTORY_OVER | up_to(TM_HISTORY_OVER_90);
	case TM_HISTORY_OVER_90:
		return TM_HISTORY_OVER_90 | up_to(TM_HISTORY_OVER_80);
	case TM_HISTORY_OVER_80:
		return TM_HISTORY_OVER_80 | TM_HISTORY_PROJECTED;
	default:
		return level;
	}
}

/* The levels that still count as reported to a hook. */
static unsigned still_held(const struct tm_history_quota *quota)
{
	const double share = tm_history_quota_share(quota);

	if (!quota->rule.window_ns || share >= 0.9)
		return up_to(TM_HISTORY_OVER);
	if (share >= 0.8)
		return up_to(TM_HISTORY_OVER_90);
	return share >= 0.7 ? up_to(TM_HISTORY_OVER_80) : 0;
}

static uint64_t claim_period(const struct tm_history_quota *quota)
{
	return quota->rule.window_ns ? 0 : quota->begin_ns;
}

/* Those of this period, as stored. */
static int read_fired(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned *fired)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT fired FROM quota_state WHERE rule = ? AND uid = ? "
			"AND fired_in = ?");
	int result;

	*fired = 0;
	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, quota->rule.id);
	sqlite3_bind_int64(statement, 2, quota->uid);
	sqlite3_bind_int64(statement, 3, claim_period(quota));
	result = tm_history_step(history, statement);
	if (result == 1)
		*fired = up_to(tm_history_level_worst(
				sqlite3_column_int(statement, 0)));
	sqlite3_finalize(statement);
	return result < 0 ? -1 : 0;
}

static int write_fired(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned fired)
{
	const uint64_t numbers[] = { quota->rule.id, quota->uid,
		claim_period(quota), fired };

	return tm_history_run(history,
			"REPLACE INTO quota_state VALUES (?, ?, ?, ?)", numbers,
			4);
}

static int claim_locked(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned *before)
{
	const unsigned level = tm_history_level_worst(quota->levels);
	unsigned fired;

	if (read_fired(history, quota, &fired))
		return -1;
	*before = fired & still_held(quota);
	if (up_to(level) & ~*before)
		return write_fired(history, quota, *before | up_to(level)) ? -1
									   : 1;
	return *before == fired ? 0 : write_fired(history, quota, *before);
}

int tm_history_quota_claim(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned *before)
{
	const unsigned level = tm_history_level_worst(quota->levels);
	int result;

	if (read_fired(history, quota, before))
		return -1;
	if (!(up_to(level) & ~*before) && !(*before & ~still_held(quota)))
		return 0;
	if (tm_history_sql(history, "BEGIN IMMEDIATE"))
		return -1;
	result = claim_locked(history, quota, before);
	if (end_change(history, result < 0 ? result : 0))
		return -1;
	return result;
}

int tm_history_quota_release(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned before)
{
	return write_fired(history, quota, before);
}
