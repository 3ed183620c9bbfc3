#include <err.h>
#include <string.h>

#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/base/text.h"
#include "common/history/query.h"
#include "quota-command.h"

/* --- words --- */

/* "alice", "group students", "each member of students" or "everyone". */
static const char *quota_subject(
		struct tm_text *text, const struct quota_options *options)
{
	tm_text_string(text,
			options->is_everyone		   ? "everyone"
					: !options->group  ? options->user
					: options->is_each ? "each member of "
							   : "group ");
	if (options->group)
		tm_text_string(text, options->group);
	tm_text_character(text, '\0');
	if (text->error)
		errx(TM_FAILED, "%s", strerror(text->error));
	return text->at;
}

/* "1.0 TiB sent a month" */
static const char *quota_describe(
		struct tm_text *text, const struct tm_history_rule *rule)
{
	char size[TM_SIZE_SIZE], period[TM_HISTORY_PERIOD_SIZE];
	const char *const way = !rule->has_direction ? ""
			: rule->direction == TM_IN   ? " received"
						     : " sent";

	tm_text_format(text, "%s%s %s %s", tm_size_format(size, rule->limit),
			way, rule->window_ns ? "in" : "a",
			tm_history_rule_period(period, rule));
	tm_text_character(text, '\0');
	if (text->error)
		errx(TM_FAILED, "%s", strerror(text->error));
	return text->at;
}

/* "tm-store: h.db: removed the quota of alice: 1.0 TiB a month" */
static void report_rule(const struct quota_options *options, const char *done,
		const struct tm_history_rule *rule, const char *more)
{
	struct tm_text subject = { 0 }, what = { 0 };

	if (!options->is_quiet)
		warnx("%s: %s the quota of %s: %s%s",
				find_database(options->path), done,
				quota_subject(&subject, options),
				quota_describe(&what, rule), more);
	tm_text_free(&subject);
	tm_text_free(&what);
}

/* --- setting --- */

static const struct tm_history_rule *find_rule(
		const struct tm_history_rules *rules,
		const struct tm_history_rule *like)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (tm_history_rule_is_of(&rules->rules[i], like) &&
				tm_history_rule_counts(&rules->rules[i], like))
			return &rules->rules[i];
	}
	return NULL;
}

/* Reports only what is lost, or everything if nothing is done. */
static void report_setting(const struct quota_options *options,
		const struct tm_history_rule *old)
{
	struct tm_text more = { 0 };
	char size[TM_SIZE_SIZE];

	if (old && old->limit == options->rule.limit)
		old = NULL;
	if (old)
		tm_text_format(&more, ", which was %s",
				tm_size_format(size, old->limit));
	tm_text_character(&more, '\0');
	if (old || options->is_trial)
		report_rule(options,
				!options->is_trial    ? "changed"
						: old ? "would change"
						      : "would set",
				&options->rule, more.at ? more.at : "");
	tm_text_free(&more);
}

static void set_limit(struct tm_history *history,
		const struct quota_options *options,
		const struct tm_history_rules *rules)
{
	if (!options->is_trial)
		quota_check(history,
				tm_history_rule_set(history, &options->rule));
	report_setting(options, find_rule(rules, &options->rule));
}

/* --- removing --- */

static bool is_named_rule(const struct quota_options *options,
		const struct tm_history_rule *rule)
{
	const struct tm_history_rule *const wanted = &options->rule;
	const bool has_period = options->has_day || options->has_month ||
			wanted->window_ns;

	if (!tm_history_rule_is_of(rule, wanted))
		return false;
	if (has_period &&
			(rule->window_ns != wanted->window_ns ||
					(!rule->window_ns &&
							rule->period != wanted->period)))
		return false;
	return !wanted->has_direction ||
			(rule->has_direction &&
					rule->direction == wanted->direction);
}

static void remove_rules(struct tm_history *history,
		const struct quota_options *options,
		const struct tm_history_rules *rules)
{
	struct tm_text subject = { 0 };
	bool has_any = false;

	for (size_t i = 0; i < rules->count; i++) {
		const struct tm_history_rule *const rule = &rules->rules[i];

		if (!is_named_rule(options, rule))
			continue;
		has_any = true;
		if (!options->is_trial)
			quota_check(history,
					tm_history_rule_remove(
							history, rule->id));
		report_rule(options,
				options->is_trial ? "would remove" : "removed",
				rule, "");
	}
	if (!has_any && !options->is_quiet)
		warnx("%s: %s has no such quota", find_database(options->path),
				quota_subject(&subject, options));
	tm_text_free(&subject);
}

void quota_change(
		struct tm_history *history, const struct quota_options *options)
{
	struct tm_history_rules rules;

	quota_check(history, tm_history_rules(history, &rules));
	if (options->has_limit)
		set_limit(history, options, &rules);
	if (options->is_removal)
		remove_rules(history, options, &rules);
	tm_history_rules_free(&rules);
}

void quota_report_full(const struct quota_options *options,
		const struct tm_history_quotas *quotas)
{
	struct tm_text subject = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < quotas->count; i++) {
		const struct tm_history_quota *const quota = &quotas->quotas[i];

		count += tm_history_rule_is_of(&quota->rule, &options->rule) &&
				tm_history_rule_counts(
						&quota->rule, &options->rule) &&
				quota->levels & TM_HISTORY_OVER;
	}
	if (!count || options->is_quiet)
		return;
	quota_subject(&subject, options);
	if (options->rule.whose == TM_HISTORY_OF_USER ||
			options->rule.whose == TM_HISTORY_OF_GROUP)
		warnx("%s: the quota of %s is used up already",
				find_database(options->path), subject.at);
	else
		warnx("%s: %zu %s used up the quota of %s already",
				find_database(options->path), count,
				count == 1 ? "user has" : "users have",
				subject.at);
	tm_text_free(&subject);
}
