#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/record/amount.h"
#include "database.h"
#include "group.h"
#include "quota.h"
#include "scan.h"
#include "schema.h"
#include "texts.h"

/* A pace is known after a tenth of a period. */
#define TELLING 10

struct moved {
	uint32_t uid;
	uint64_t bytes[2];
};

/* What users moved in a range of time, in the order of their uids. */
struct usage {
	uint64_t begin_ns, end_ns;
	struct moved *users;
	size_t count;
	struct usage *next;
};

struct work {
	struct tm_history *history;
	struct tm_history_quotas *answer;
	uint64_t time_ns;
	struct tm_history_rules rules;
	struct tm_history_uids *owners; /* in the order of first */
	size_t owner_count;
	struct usage *usages;
};

/* --- who owns a uid --- */

static int quotas_read_owners(struct work *work)
{
	sqlite3_stmt *statement;
	struct tm_history_uids *more;
	int result;

	if (tm_history_is_first(work->history))
		return 0;
	statement = tm_history_prepare(work->history,
			"SELECT first, count, uid FROM subordinate ORDER BY first");
	if (!statement)
		return -1;
	while ((result = tm_history_step(work->history, statement)) == 1) {
		more = realloc(work->owners,
				(work->owner_count + 1) * sizeof(*more));
		if (!more) {
			result = tm_history_fail(
					work->history, "out of memory");
			break;
		}
		work->owners = more;
		more[work->owner_count++] = (struct tm_history_uids){
			.first = sqlite3_column_int64(statement, 0),
			.count = sqlite3_column_int64(statement, 1),
			.owner = sqlite3_column_int64(statement, 2),
		};
	}
	sqlite3_finalize(statement);
	return result;
}

static int compare_owners(const void *key, const void *element)
{
	const uint32_t uid = *(const uint32_t *)key;
	const struct tm_history_uids *const uids = element;

	if (uid < uids->first)
		return -1;
	return uid - uids->first >= uids->count;
}

static uint32_t find_subuid_owner(const struct work *work, uint32_t uid)
{
	const struct tm_history_uids *const uids = !work->owner_count
			? NULL
			: bsearch(&uid, work->owners, work->owner_count,
					  sizeof(*work->owners),
					  compare_owners);

	return uids && uid != TM_NOBODY ? uids->owner : uid;
}

/* --- what was moved --- */

static int compare_moved(const void *one, const void *other)
{
	const struct moved *const a = one, *const b = other;

	return (a->uid > b->uid) - (a->uid < b->uid);
}

/* One entry for each owner. */
static int usage_fill(const struct work *work, struct usage *usage,
		const struct tm_history_group *group)
{
	size_t kept = 0;

	usage->users = calloc(group->count + 1, sizeof(*usage->users));
	if (!usage->users)
		return tm_history_fail(work->history, "out of memory");
	for (uint32_t i = 0; i < group->count; i++) {
		const struct tm_history_group_row *const row = &group->rows[i];

		usage->users[i] = (struct moved){
			find_subuid_owner(work, row->values[TM_KEY_USER]),
			{ row->moved[TM_IN].bytes, row->moved[TM_OUT].bytes },
		};
	}
	qsort(usage->users, group->count, sizeof(*usage->users), compare_moved);
	for (uint32_t i = 0; i < group->count; i++) {
		struct moved *const last = usage->users + kept - 1;

		if (kept && last->uid == usage->users[i].uid) {
			tm_amount_raise(&last->bytes[TM_IN],
					usage->users[i].bytes[TM_IN]);
			tm_amount_raise(&last->bytes[TM_OUT],
					usage->users[i].bytes[TM_OUT]);
		} else {
			usage->users[kept++] = usage->users[i];
		}
	}
	usage->count = kept;
	return 0;
}

/* Traffic within the machine needs no line, and counts for both of its ends. */
static int usage_read(struct work *work, struct usage *usage)
{
	static const struct tm_history_filter filter = {
		.has_no_loopback = true,
	};
	struct tm_history_group group = { .by = TM_HISTORY_BY_USER };
	struct tm_history_scan scan = {
		.keys = TM_HISTORY_BY_USER,
		.take = tm_history_group_take,
		.context = &group,
	};
	struct tm_history_plan plan;
	int result;

	result = tm_history_plan_make(work->history, usage->begin_ns,
				 usage->end_ns, TM_HISTORY_MONTH, &plan) ||
					tm_history_scan_filter(work->history,
							&filter, &scan) ||
					tm_history_scan_run(work->history,
							&plan, &scan)
			? -1
			: 0;
	tm_history_scan_free(&scan);
	free(plan.pieces);
	if (!result && group.has_failed)
		result = tm_history_fail(work->history, "out of memory");
	if (!result)
		result = usage_fill(work, usage, &group);
	tm_history_group_free(&group);
	return result;
}

/* Rules of one period share one reading of it. */
static struct usage *find_usage(
		struct work *work, uint64_t begin_ns, uint64_t end_ns)
{
	struct usage *usage = work->usages;

	while (usage &&
			(usage->begin_ns != begin_ns ||
					usage->end_ns != end_ns))
		usage = usage->next;
	if (usage)
		return usage;
	usage = calloc(1, sizeof(*usage));
	if (!usage) {
		tm_history_fail(work->history, "out of memory");
		return NULL;
	}
	usage->begin_ns = begin_ns;
	usage->end_ns = end_ns;
	usage->next = work->usages;
	work->usages = usage;
	return usage_read(work, usage) ? NULL : usage;
}

static uint64_t used_of(const struct usage *usage, uint32_t uid,
		const struct tm_history_rule *rule)
{
	const struct moved key = { .uid = uid };
	const struct moved *const moved = bsearch(&key, usage->users,
			usage->count, sizeof(key), compare_moved);

	if (!moved)
		return 0;
	return rule->has_direction ? moved->bytes[rule->direction]
				   : tm_amount_sum(moved->bytes[TM_IN],
						     moved->bytes[TM_OUT]);
}

/* --- one quota --- */

/* The pace so far, until the end. What was used is all that is known by now,
 * whenever in the period the time was. */
static void project(struct tm_history_quota *quota, uint64_t time_ns)
{
	const uint64_t limit = quota->rule.limit;
	const uint64_t length = quota->end_ns - quota->begin_ns;
	const uint64_t now = tm_clock_wall_ns();
	const uint64_t passed =
			(now > time_ns ? now : time_ns) - quota->begin_ns;

	if (passed >= length)
		quota->projected = quota->used;
	if (passed >= length || passed < length / TELLING)
		return;
	quota->projected = (double)quota->used * length / passed;
	if (quota->used < limit && quota->projected >= limit)
		quota->runs_out_ns = quota->begin_ns +
				(double)passed * limit / quota->used;
}

static unsigned find_levels(const struct tm_history_quota *quota)
{
	const double share = tm_history_quota_share(quota);

	return (share >= 0.8 ? TM_HISTORY_OVER_80 : 0) |
			(share >= 0.9 ? TM_HISTORY_OVER_90 : 0) |
			(quota->used >= quota->rule.limit ? TM_HISTORY_OVER
							  : 0) |
			(quota->projected >= quota->rule.limit
							? TM_HISTORY_PROJECTED
							: 0);
}

static int add_quota(struct work *work, const struct usage *usage,
		const struct tm_history_rule *rule, uint32_t uid, uint64_t used)
{
	struct tm_history_quotas *const answer = work->answer;
	struct tm_history_quota *quota = realloc(
			answer->quotas, (answer->count + 1) * sizeof(*quota));

	if (!quota)
		return tm_history_fail(work->history, "out of memory");
	answer->quotas = quota;
	quota += answer->count++;
	*quota = (struct tm_history_quota){
		.rule = *rule,
		.uid = uid,
		.begin_ns = usage->begin_ns,
		.end_ns = usage->end_ns,
		.used = used,
	};
	if (rule->whose != TM_HISTORY_OF_GROUP)
		quota->user = tm_history_text(answer->texts, TM_KEY_USER, uid);
	if (!rule->window_ns)
		project(quota, work->time_ns);
	quota->levels = find_levels(quota);
	return 0;
}

/* --- rules --- */

static int read_members(struct work *work, const char *group, uint32_t **uids,
		size_t *count)
{
	sqlite3_stmt *const statement = tm_history_prepare(work->history,
			"SELECT uid FROM quota_member WHERE name = ?");
	uint32_t *more;
	int result;

	*uids = NULL;
	*count = 0;
	if (!statement)
		return -1;
	tm_history_bind_text(statement, 1, group, strlen(group));
	while ((result = tm_history_step(work->history, statement)) == 1) {
		more = realloc(*uids, (*count + 1) * sizeof(*more));
		if (!more) {
			result = tm_history_fail(
					work->history, "out of memory");
			break;
		}
		*uids = more;
		more[(*count)++] = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return result;
}

/* Whether a rule about fewer people takes this one's place for the user: one of
 * the user before those of members, and these before those of everyone. */
static bool has_nearer(const struct work *work,
		const struct tm_history_rule *rule, uint32_t uid)
{
	const struct tm_history_quotas *const answer = work->answer;

	for (size_t i = 0; i < work->rules.count; i++) {
		const struct tm_history_rule *const other =
				&work->rules.rules[i];

		if (other->whose == TM_HISTORY_OF_USER && other->uid == uid &&
				tm_history_rule_counts(other, rule))
			return true;
	}
	for (size_t i = 0; rule->whose == TM_HISTORY_OF_EVERYONE &&
			i < answer->count;
			i++) {
		const struct tm_history_rule *const other =
				&answer->quotas[i].rule;

		if (other->whose == TM_HISTORY_OF_MEMBERS &&
				answer->quotas[i].uid == uid &&
				tm_history_rule_counts(other, rule))
			return true;
	}
	return false;
}

static int add_group(struct work *work, const struct usage *usage,
		const struct tm_history_rule *rule)
{
	uint64_t used = 0;
	uint32_t *uids;
	size_t count;
	int result = read_members(work, rule->group, &uids, &count);

	for (size_t i = 0; i < count && !result; i++) {
		tm_amount_raise(&used, used_of(usage, uids[i], rule));
		if (rule->whose == TM_HISTORY_OF_MEMBERS &&
				!has_nearer(work, rule, uids[i]))
			result = add_quota(work, usage, rule, uids[i],
					used_of(usage, uids[i], rule));
	}
	free(uids);
	if (!result && rule->whose == TM_HISTORY_OF_GROUP)
		result = add_quota(work, usage, rule, 0, used);
	return result;
}

static int add_everyone(struct work *work, const struct usage *usage,
		const struct tm_history_rule *rule)
{
	int result = 0;

	for (size_t i = 0; i < usage->count && !result; i++) {
		const uint32_t uid = usage->users[i].uid;

		if (uid && uid != TM_NOBODY && !has_nearer(work, rule, uid))
			result = add_quota(work, usage, rule, uid,
					used_of(usage, uid, rule));
	}
	return result;
}

static int add_rule(struct work *work, const struct tm_history_rule *rule)
{
	const uint64_t window_ns = rule->window_ns;
	const uint64_t begin_ns = !window_ns
			? tm_history_slot(rule->period, work->time_ns)
			: work->time_ns > window_ns ? work->time_ns - window_ns
						    : 0;
	const uint64_t end_ns = window_ns
			? work->time_ns
			: tm_history_next_slot(rule->period, work->time_ns);
	const struct usage *const usage = find_usage(work, begin_ns, end_ns);

	if (!usage)
		return -1;
	switch (rule->whose) {
	case TM_HISTORY_OF_USER:
		return add_quota(work, usage, rule, rule->uid,
				used_of(usage, rule->uid, rule));
	case TM_HISTORY_OF_EVERYONE:
		return add_everyone(work, usage, rule);
	default:
		return add_group(work, usage, rule);
	}
}

/* "Everyone" means the users without another rule. */
static int add_rules(struct work *work)
{
	int result = 0;

	for (int whose = TM_HISTORY_OF_USER; whose <= TM_HISTORY_OF_EVERYONE;
			whose++) {
		for (size_t i = 0; i < work->rules.count && !result; i++) {
			if (work->rules.rules[i].whose == (unsigned)whose)
				result = add_rule(work, &work->rules.rules[i]);
		}
	}
	return result;
}

static void work_free(struct work *work)
{
	struct usage *next;

	for (struct usage *usage = work->usages; usage; usage = next) {
		next = usage->next;
		free(usage->users);
		free(usage);
	}
	free(work->owners);
	tm_history_rules_free(&work->rules);
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
	return (a->rule.id > b->rule.id) - (a->rule.id < b->rule.id);
}

int tm_history_quotas(struct tm_history *history, uint64_t time_ns,
		struct tm_history_quotas *answer)
{
	struct work work = { history, answer,
		time_ns ? time_ns : tm_clock_wall_ns(), .usages = NULL };
	int result = -1;

	*answer = (struct tm_history_quotas){ 0 };
	if (tm_history_begin(history))
		return -1;
	answer->texts = tm_history_texts_new(history);
	if (answer->texts && !quotas_read_owners(&work) &&
			!tm_history_rules(history, &work.rules) &&
			!add_rules(&work))
		result = tm_history_texts_check(answer->texts);
	if (answer->texts)
		tm_history_texts_settle(answer->texts);
	tm_history_end(history);
	work_free(&work);
	if (answer->count)
		qsort(answer->quotas, answer->count, sizeof(*answer->quotas),
				compare_quotas);
	return result;
}

void tm_history_quotas_free(struct tm_history_quotas *answer)
{
	free(answer->quotas);
	tm_history_texts_free(answer->texts);
	*answer = (struct tm_history_quotas){ 0 };
}

const char *tm_history_quota_state(const struct tm_history_quota *quota)
{
	switch (tm_history_level_worst(quota->levels)) {
	case TM_HISTORY_OVER:
		return "100";
	case TM_HISTORY_OVER_90:
		return "90";
	case TM_HISTORY_OVER_80:
		return "80";
	case TM_HISTORY_PROJECTED:
		return "projected";
	default:
		return "ok";
	}
}
