/* The parts of the quota command. */
#ifndef TM_STORE_QUOTA_COMMAND_H
#define TM_STORE_QUOTA_COMMAND_H

#include "commands.h"
#include "common/history/quota.h"

struct quota_options {
	const char *path, *user, *group, *hook, *at;
	struct tm_history_rule rule; /* who, and which traffic */
	bool is_each, is_everyone;
	bool has_limit, has_month, has_day, is_removal, is_trial, is_quiet,
			is_json;
	struct tm_history_form form;
};

/* Sets or removes rules, or reports what would change. */
void quota_change(struct tm_history *history,
		const struct quota_options *options);

/* Reports which of the new quotas are already used up. */
void quota_report_full(const struct quota_options *options,
		const struct tm_history_quotas *quotas);

/* Runs the hook for a state that is new and worse: 0, or -1 when it failed. */
int quota_fire(struct tm_history *history, const struct quota_options *options,
		const struct tm_history_quota *quota);

/* Stores the members of the groups in the rules, and the owners of subordinate
 * uids. */
void quota_note_people(struct tm_history *history);

/* Exits with a message unless this machine has the group and its users are
 * those of the history. */
void quota_check_group(struct tm_history *history, const char *name);

/* Exits with a message if the history failed. */
void quota_check(const struct tm_history *history, int result);

#endif
