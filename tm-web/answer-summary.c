#include <string.h>

#include "answer-json.h"
#include "answer-more.h"
#include "api.h"
#include "common/base/clock.h"

/* Where the bytes of a question went: attributed, unowned and lost are all. */
struct totals {
	struct tm_amount moved[2], nobody[2], lost[2];
	uint64_t loopback; /* bytes in moved, for both ends */
	bool is_of_host;   /* and so has what belongs to no user at all */
};

static bool summary_is_filtered(const struct tm_history_filter *filter)
{
	return filter->has_user || filter->has_protocol ||
			filter->has_direction || filter->process ||
			filter->remote || filter->interface ||
			filter->workload || filter->command ||
			filter->has_login || filter->has_no_loopback;
}

static int summary_sum_up(struct tm_history *history,
		const struct tm_history_filter *filter,
		struct tm_history_row *sum)
{
	const struct tm_history_rows_query query = { .filter = *filter };
	struct tm_history_rows rows = { 0 };
	const int result = tm_history_rows(history, &query, &rows);

	*sum = rows.sum;
	tm_history_rows_free(&rows);
	return result;
}

static int get_loopback(struct tm_history *history,
		const struct tm_history_filter *filter, struct totals *totals)
{
	struct tm_history_filter others = *filter;
	struct tm_history_row sum;

	others.has_no_loopback = true;
	if (summary_sum_up(history, &others, &sum))
		return -1;
	if (json_sum(totals->moved) > json_sum(sum.moved))
		totals->loopback =
				json_sum(totals->moved) - json_sum(sum.moved);
	return 0;
}

/* A summary is of the whole host; what is filtered is summed up from rows. */
static int get_totals(struct tm_history *history,
		const struct tm_history_filter *filter,
		const struct tm_history_summary *summary, struct totals *totals)
{
	struct tm_history_filter nobodys = *filter;
	struct tm_history_row all, none;

	*totals = (struct totals){ .is_of_host = !summary_is_filtered(filter) };
	if (totals->is_of_host) {
		memcpy(totals->moved, summary->moved, sizeof(totals->moved));
		memcpy(totals->nobody, summary->nobody, sizeof(totals->nobody));
		memcpy(totals->lost, summary->lost, sizeof(totals->lost));
		return get_loopback(history, filter, totals);
	}
	nobodys.has_user = true;
	nobodys.uid = TM_NOBODY;
	if (summary_sum_up(history, filter, &all) ||
			summary_sum_up(history, &nobodys, &none))
		return -1;
	memcpy(totals->moved, all.moved, sizeof(totals->moved));
	memcpy(totals->lost, all.lost, sizeof(totals->lost));
	for (int i = TM_IN; i <= TM_OUT &&
			!(filter->has_user && filter->uid != TM_NOBODY);
			i++)
		totals->nobody[i].bytes =
				none.moved[i].bytes - none.lost[i].bytes;
	return get_loopback(history, filter, totals);
}

static void put_totals(struct tm_text *text, const struct totals *totals,
		const struct tm_history_summary *summary)
{
	const struct tm_amount both = tm_amount_both(totals->moved);
	const uint64_t nobody = json_sum(totals->nobody);
	const uint64_t lost = json_sum(totals->lost);
	const uint64_t others = tm_amount_sum(nobody, lost);

	json_moved(text, totals->moved);
	tm_json_member_number(text, "attributed",
			both.bytes > others ? both.bytes - others : 0);
	tm_json_member_number(text, "nobody", nobody);
	tm_json_member_number(text, "lost", lost);
	tm_json_member_number(text, "lost_packets",
			totals->lost[TM_IN].packets +
					totals->lost[TM_OUT].packets);
	tm_json_member_number(text, "loopback", totals->loopback);
	if (!totals->is_of_host) {
		tm_text_string(text,
				",\"excluded\":null,\"unattributed\":null");
		return;
	}
	tm_json_member_number(text, "excluded", json_sum(summary->excluded));
	tm_json_member_number(
			text, "unattributed", json_sum(summary->unattributed));
}

/* How much of the time that the sums are of was metered: of the range, which is
 * longer where shorter rows are gone. */
static void summary_put_coverage(struct tm_text *text,
		const struct web_question *question,
		const struct tm_history_summary *summary)
{
	uint64_t from = question->query.filter.from_ns;
	uint64_t to = question->query.filter.to_ns;
	uint64_t covered;

	if (summary->from_ns < summary->to_ns) {
		if (from > summary->from_ns + TM_MINUTE_NS)
			from = summary->from_ns;
		if (summary->to_ns > to + TM_MINUTE_NS)
			to = summary->to_ns;
	}
	if (to > question->now_ns)
		to = question->now_ns;
	covered = to > from ? api_covered_ns(summary, from, to) : 0;
	tm_json_member(text, "covered_seconds");
	tm_text_format(text, "%.3f", covered / 1e9);
	tm_json_member(text, "coverage");
	tm_text_format(text, "%.4f",
			api_share(covered, to > from ? to - from : 0));
	json_member_time(text, "first_ns", summary->first_ns);
	json_member_time(text, "watermark_ns", summary->newest_ns);
}

/* All of it is one row. */
static int summary_ask(struct tm_history *history,
		struct web_question *question,
		struct tm_history_summary *summary, struct totals *totals,
		struct answer_more *more)
{
	const struct tm_history_filter *const filter = &question->query.filter;
	const struct tm_history_row all = { 0 };
	int result;

	if (tm_history_begin(history))
		return -1;
	question->query.by = 0;
	result = tm_history_summary(history, filter, summary) ||
					get_totals(history, filter, summary,
							totals) ||
					more_ask(more, history, question, &all,
							1)
			? -1
			: 0;
	tm_history_end(history);
	return result;
}

void api_summary(struct tm_history *history, struct request *request)
{
	struct tm_history_summary summary = { 0 };
	struct tm_history_quotas quotas = { 0 };
	struct answer_more more = { 0 };
	struct web_question question;
	struct totals totals;
	struct tm_text *text;

	if (!question_parse(&question, history, request,
			    API_FILTERS "from to rates compare "))
		return;
	if (summary_ask(history, &question, &summary, &totals, &more) ||
			tm_history_quotas(history, 0, &quotas)) {
		api_fail(history, request);
	} else {
		text = api_begin(request);
		api_put_range(text, summary.from_ns, summary.to_ns);
		put_totals(text, &totals, &summary);
		more_put_head(text, &more);
		more_put_row(text, &more, 0);
		summary_put_coverage(text, &question, &summary);
		api_put_hosts(text, &summary);
		api_put_quotas(text, &quotas, &question.query.filter);
		json_end(text);
	}
	tm_history_summary_free(&summary);
	tm_history_quotas_free(&quotas);
	more_free(&more);
}
