#include "answer-more.h"
#include "answer-json.h"
#include "api.h"

bool more_check(const struct web_question *question, struct request *request)
{
	const char *problem = NULL;

	if (!question->wants_rates && !question->wants_before)
		return true;
	if (question->query.by & TM_HISTORY_BY_TIME)
		problem = "rates and compare are of rows without a time";
	else if (question->is_csv)
		problem = "rates and compare are in JSON only";
	else if (question->wants_rates &&
			question->query.limit > TM_HISTORY_RATES_MOST)
		problem = "with rates, limit has to be 100 at most";
	if (problem)
		answer_error(&request->answer, MHD_HTTP_BAD_REQUEST, "%s",
				problem);
	return !problem;
}

static void more_set_period(const struct web_question *question,
		struct tm_history_filter *filter)
{
	const uint64_t length_ns = filter->to_ns - filter->from_ns;

	if (question->before_ns) {
		filter->from_ns = question->before_ns;
		filter->to_ns = question->before_ns + length_ns;
	} else {
		tm_history_period_before(filter->from_ns, filter->to_ns,
				&filter->from_ns, &filter->to_ns);
	}
}

int more_ask(struct answer_more *more, struct tm_history *history,
		const struct web_question *question,
		const struct tm_history_row *rows, size_t count)
{
	struct tm_history_rows_query query = question->query;

	*more = (struct answer_more){ 0 };
	if (question->wants_rates &&
			tm_history_rates(history, &query, rows, count,
					&more->rates))
		return -1;
	more->has_rates = question->wants_rates;
	more_set_period(question, &query.filter);
	if (question->wants_before &&
			tm_history_rows_before(history, &query, rows, count,
					&more->before))
		return -1;
	more->has_before = question->wants_before;
	return 0;
}

void more_free(struct answer_more *more)
{
	tm_history_rates_free(&more->rates);
	tm_history_before_free(&more->before);
}

/* --- members --- */

void more_put_head(struct tm_text *text, const struct answer_more *more)
{
	if (more->has_rates) {
		tm_json_member_string(text, "rates",
				tm_history_resolution_name(
						more->rates.resolution));
		tm_json_member_number(text, "rates_slots", more->rates.slots);
	}
	if (more->has_before) {
		json_member_time(text, "before_from_ns", more->before.from_ns);
		json_member_time(text, "before_to_ns", more->before.to_ns);
	}
}

static void more_put_rate(
		struct tm_text *text, const struct tm_history_rate *rate)
{
	tm_json_member_number(text, "peak_in", rate->peak[TM_IN]);
	tm_json_member_number(text, "peak_out", rate->peak[TM_OUT]);
	tm_json_member_number(text, "peak", rate->peak_total);
	tm_json_member_number(text, "p95_in", rate->high[TM_IN]);
	tm_json_member_number(text, "p95_out", rate->high[TM_OUT]);
	tm_json_member_number(text, "p95", rate->high_total);
}

static void more_put_before(
		struct tm_text *text, const struct tm_history_moved *before)
{
	const uint64_t in = before->moved[TM_IN].bytes;
	const uint64_t out = before->moved[TM_OUT].bytes;

	tm_json_member_number(text, "before_in", in);
	tm_json_member_number(text, "before_out", out);
	tm_json_member_number(text, "before", in + out);
}

void more_put_row(
		struct tm_text *text, const struct answer_more *more, size_t i)
{
	if (more->has_rates)
		more_put_rate(text, &more->rates.rates[i]);
	if (more->has_before)
		more_put_before(text, &more->before.rows[i]);
}

void more_put_sum(struct tm_text *text, const struct answer_more *more)
{
	if (more->has_before)
		more_put_before(text, &more->before.sum);
}
