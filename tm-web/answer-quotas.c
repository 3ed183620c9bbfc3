#include "answer-json.h"
#include "api.h"

static void put_quota(
		struct tm_text *text, const struct tm_history_quota *quota)
{
	tm_text_character(text, '{');
	json_user(text, quota->uid, quota->user);
	tm_json_member_string(text, "period",
			tm_history_resolution_name(quota->period));
	tm_json_member_number(text, "limit", quota->limit);
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
	tm_text_character(text, '}');
}

void api_put_quotas(struct tm_text *text,
		const struct tm_history_quotas *quotas,
		const struct tm_history_filter *filter)
{
	const char *before = "";

	tm_json_member(text, "quotas");
	tm_text_character(text, '[');
	for (size_t i = 0; i < quotas->count; i++) {
		if (filter->has_user && quotas->quotas[i].uid != filter->uid)
			continue;
		tm_text_string(text, before);
		put_quota(text, &quotas->quotas[i]);
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
