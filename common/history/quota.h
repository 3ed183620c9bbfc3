/* Quotas: rules that say who may move how much, and what they come to.
 *
 * Who a rule is about is kept as numbers, so that readers need no name service:
 * the members of groups, and the owners of subordinate uids. */
#ifndef TM_HISTORY_QUOTA_H
#define TM_HISTORY_QUOTA_H

#include <stddef.h>

#include "history.h"

#define TM_HISTORY_GROUP_SIZE 64

enum tm_history_whose {
	TM_HISTORY_OF_USER,
	TM_HISTORY_OF_GROUP,   /* its members together */
	TM_HISTORY_OF_MEMBERS, /* each of them */
	TM_HISTORY_OF_EVERYONE /* each user without another rule of that period
				  and direction, other than root */
};

struct tm_history_rule {
	uint64_t id;
	enum tm_history_whose whose;
	uint32_t uid;			   /* of a user, otherwise 0 */
	char group[TM_HISTORY_GROUP_SIZE]; /* "" if the rule is not about a
					      group */
	enum tm_history_resolution period; /* day or month, without a window */
	uint64_t window_ns;		   /* up to now; 0 = the period */
	bool has_direction;		   /* otherwise both together */
	uint8_t direction;
	uint64_t limit; /* bytes */
};

struct tm_history_rules {
	struct tm_history_rule *rules;
	size_t count;
};

/* "user", "group", "members" and "everyone". */
const char *tm_history_whose_name(enum tm_history_whose whose);

/* "both", "in" or "out". */
const char *tm_history_rule_direction(const struct tm_history_rule *rule);

/* "month", "day" or a window such as "30d". */
#define TM_HISTORY_PERIOD_SIZE 24
const char *tm_history_rule_period(char out[TM_HISTORY_PERIOD_SIZE],
		const struct tm_history_rule *rule);

/* Whether two rules are about the same people, and about the same traffic. */
bool tm_history_rule_is_of(const struct tm_history_rule *rule,
		const struct tm_history_rule *other);
bool tm_history_rule_counts(const struct tm_history_rule *rule,
		const struct tm_history_rule *other);

int tm_history_rules(
		struct tm_history *history, struct tm_history_rules *answer);
void tm_history_rules_free(struct tm_history_rules *answer);

/* Adds the rule, or changes the limit of the one that counts the same, whose
 * states then run their hooks again. */
int tm_history_rule_set(
		struct tm_history *history, const struct tm_history_rule *rule);
int tm_history_rule_remove(struct tm_history *history, uint64_t id);

/* The uids first to first + count - 1 belong to the owner. */
struct tm_history_uids {
	uint32_t first, count, owner;
};

/* Replaces who is in the group, and who owns subordinate uids. */
int tm_history_set_members(struct tm_history *history, const char *group,
		const uint32_t *uids, size_t count);
int tm_history_set_owners(struct tm_history *history,
		const struct tm_history_uids *uids, size_t count);

/* Higher bits are worse, except that PROJECTED is the least. */
enum tm_history_level {
	TM_HISTORY_OVER_80 = 1 << 0,
	TM_HISTORY_OVER_90 = 1 << 1,
	TM_HISTORY_OVER = 1 << 2,
	TM_HISTORY_PROJECTED = 1 << 3, /* will be exceeded at this pace */
};

/* A rule's share of one user or group. */
struct tm_history_quota {
	struct tm_history_rule rule;
	uint32_t uid;		   /* 0 if it is a group's */
	const char *user;	   /* as in a row */
	uint64_t begin_ns, end_ns; /* of the period or window */
	uint64_t used;
	uint64_t projected;   /* at its end, if that is to come: else what was
				 used; 0 = too early to tell */
	uint64_t runs_out_ns; /* when the limit will be reached at that pace;
				 0 = not in this period, too early to tell,
				 or it has been reached */
	unsigned levels;      /* enum tm_history_level */
};

struct tm_history_quotas {
	struct tm_history_quota *quotas;
	size_t count;
	void *texts;
};

/* In the periods of a time, 0 = now; the largest share used comes first. */
int tm_history_quotas(struct tm_history *history, uint64_t time_ns,
		struct tm_history_quotas *answer);
void tm_history_quotas_free(struct tm_history_quotas *answer);

/* The worst of several levels, or 0. */
unsigned tm_history_level_worst(unsigned levels);

/* The name of a level: "ok", "projected", "80", "90" or "100". */
const char *tm_history_quota_state(const struct tm_history_quota *quota);

static inline bool tm_history_quota_is_of_user(
		const struct tm_history_quota *quota)
{
	return quota->rule.whose != TM_HISTORY_OF_GROUP;
}

/* A limit of 0 is used up. */
static inline double tm_history_quota_share(
		const struct tm_history_quota *quota)
{
	const uint64_t limit = quota->rule.limit;

	return limit ? (double)quota->used / limit : 1;
}

static inline uint64_t tm_history_quota_left(
		const struct tm_history_quota *quota)
{
	const uint64_t limit = quota->rule.limit;

	return quota->used < limit ? limit - quota->used : 0;
}

/* Claims the quota's state for its hook: 1, or 0 where that is no worse than
 * the one that had a hook in this period, or another process was first; -1 with
 * a problem. In a window, a state counts anew after the share was ten points
 * below it. *before is for tm_history_quota_release. */
int tm_history_quota_claim(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned *before);

/* The hook failed: the state may be claimed again. */
int tm_history_quota_release(struct tm_history *history,
		const struct tm_history_quota *quota, unsigned before);

#endif
