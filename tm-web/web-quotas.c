#include "answer-json.h"
#include "api.h"

static void quota_put_user(
		struct tm_text *text, const struct tm_history_quota *quota)
{
	if (tm_history_quota_is_of_user(quota))
		json_user(text, quota->uid, quota->user);
	else
		tm_text_string(text, "\"uid\":null,\"user\":null");
}

static void quota_put_rule(
		struct tm_text *text, const struct tm_history_rule *rule)
{
	tm_json_member_string(
			text, "whose", tm_history_whose_name(rule->whose));
	tm_json_member_string(text, "group", *rule->group ? rule->group : NULL);
	tm_json_member_string(
			text, "direction", tm_history_rule_direction(rule));
}

static void quota_put(
		struct tm_text *text, const struct tm_history_quota *quota)
{
	const struct tm_history_rule *const rule = &quota->rule;
	char period[TM_HISTORY_PERIOD_SIZE];

	tm_text_character(text, '{');
	quota_put_user(text, quota);
	tm_json_member_string(
			text, "period", tm_history_rule_period(period, rule));
	tm_json_member_number(text, "limit", rule->limit);
	tm_json_member_number(text, "used", quota->used);
	tm_json_member_number(text, "left", tm_history_quota_left(quota));
	tm_json_member(text, "projected");
	if (quota->projected)
		tm_text_number(text, quota->projected);
	else
		tm_text_string(text, "null");
	json_member_time(text, "runs_out_ns", quota->runs_out_ns);
	tm_json_member(text, "share");
	tm_text_format(text, "%.6f", tm_history_quota_share(quota));
	tm_json_member_string(text, "state", tm_history_quota_state(quota));
	api_put_range(text, quota->begin_ns, quota->end_ns);
	quota_put_rule(text, rule);
	tm_text_character(text, '}');
}

/* What a group moved is not one user's to see. */
static bool quota_is_wanted(const struct tm_history_quota *quota,
		const struct tm_history_filter *filter)
{
	return !filter->has_user ||
			(tm_history_quota_is_of_user(quota) &&
					quota->uid == filter->uid);
}

void api_put_quotas(struct tm_text *text,
		const struct tm_history_quotas *quotas,
		const struct tm_history_filter *filter)
{
	const char *before = "";

	tm_json_member(text, "quotas");
	tm_text_character(text, '[');
	for (size_t i = 0; i < quotas->count; i++) {
		if (!quota_is_wanted(&quotas->quotas[i], filter))
			continue;
		tm_text_string(text, before);
		quota_put(text, &quotas->quotas[i]);
		before = ",";
	}
	tm_text_character(text, ']');
}

void api_quotas(struct tm_history *history, struct request *request)
{
	struct tm_history_quotas quotas = { 0 };
	struct web_question question;
	struct tm_text *text;

	if (!question_parse(&question, history, request, " user "))
		return;
	if (tm_history_quotas(history, 0, &quotas)) {
		api_fail(history, request);
	} else {
		text = api_begin(request);
		json_member_time(text, "now_ns", question.now_ns);
		api_put_quotas(text, &quotas, &question.query.filter);
		json_end(text);
	}
	tm_history_quotas_free(&quotas);
}
