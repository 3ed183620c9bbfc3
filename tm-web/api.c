#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answer-json.h"
#include "answer-more.h"
#include "api.h"
#include "common/base/clock.h"

#define HOSTS_MOST 64

void api_fail(struct tm_history *history, struct request *request)
{
	answer_error(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE, "%s",
			tm_history_problem(history));
}

struct tm_text *api_begin(struct request *request)
{
	request->answer.status = MHD_HTTP_OK;
	request->answer.type = "application/json";
	json_begin(&request->answer.text);
	return &request->answer.text;
}

void api_put_range(struct tm_text *text, uint64_t from_ns, uint64_t to_ns)
{
	json_member_time(text, "from_ns", from_ns);
	json_member_time(text, "to_ns", to_ns);
}

void api_put_hosts(
		struct tm_text *text, const struct tm_history_summary *summary)
{
	const char *said[HOSTS_MOST];
	unsigned count = 0;

	tm_json_member(text, "hosts");
	tm_text_character(text, '[');
	for (size_t i = 0; i < summary->run_count && count < HOSTS_MOST; i++) {
		const char *const host = summary->runs[i].host;
		unsigned at = 0;

		if (!host || !*host)
			continue;
		while (at < count && strcmp(said[at], host))
			at++;
		if (at < count)
			continue;
		tm_text_string(text, count ? "," : "");
		tm_json_string(text, host);
		said[count++] = host;
	}
	tm_text_character(text, ']');
}

uint64_t api_covered_ns(const struct tm_history_summary *summary,
		uint64_t begin, uint64_t end)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < summary->covered_count; i++) {
		const struct tm_history_span *const span = &summary->covered[i];
		const uint64_t from =
				span->begin_ns > begin ? span->begin_ns : begin;
		const uint64_t to = span->end_ns < end ? span->end_ns : end;

		sum += to > from ? to - from : 0;
	}
	return sum;
}

double api_share(uint64_t part, uint64_t whole)
{
	return !whole ? 0 : part >= whole ? 1 : (double)part / whole;
}

/* --- rows --- */

static void put_by(struct tm_text *text, const struct web_question *question)
{
	tm_json_member(text, "by");
	tm_text_character(text, '[');
	for (unsigned i = 0; i < question->keys.count; i++) {
		tm_text_string(text, i ? "," : "");
		tm_json_string(text,
				tm_history_key_name(question->keys.order[i]));
	}
	tm_text_character(text, ']');
}

static void api_put_rows(struct tm_text *text,
		const struct tm_history_rows *rows,
		const struct web_question *question,
		const struct answer_more *more)
{
	api_put_range(text, rows->from_ns, rows->to_ns);
	put_by(text, question);
	more_put_head(text, more);
	tm_json_member_number(text, "count", rows->found);
	tm_json_member(text, "sums");
	tm_text_character(text, '{');
	json_amounts(text, &rows->sum);
	more_put_sum(text, more);
	tm_text_character(text, '}');
	tm_json_member(text, "rows");
	tm_text_character(text, '[');
	for (size_t i = 0; i < rows->count; i++) {
		tm_text_string(text, i ? ",{" : "{");
		json_keys(text, &rows->rows[i], question->query.by);
		json_amounts(text, &rows->rows[i]);
		more_put_row(text, more, i);
		tm_text_character(text, '}');
	}
	tm_text_character(text, ']');
}

static void answer_csv(struct answer *answer,
		const struct web_question *question,
		const struct tm_history_rows *rows)
{
	const struct tm_history_form form = {
		.form = TM_FORM_CSV,
		.write = tm_text_write,
		.context = &answer->text,
	};

	if (rows->found > rows->count &&
			question->query.limit == QUESTION_CSV_MOST) {
		answer_error(answer, MHD_HTTP_BAD_REQUEST,
				"more than %d rows; ask for less (limit, from, to)",
				QUESTION_CSV_MOST);
		return;
	}
	answer->status = MHD_HTTP_OK;
	answer->type = "text/csv; charset=utf-8";
	answer->file_name = "traffic.csv";
	if (tm_history_answer_rows(&form, &question->keys, rows, NULL))
		answer->text.error = ENOMEM;
}

/* Both see the same state of the history. */
static int api_ask_rows(struct tm_history *history,
		const struct web_question *question,
		struct tm_history_rows *rows, struct answer_more *more)
{
	int result;

	if (tm_history_begin(history))
		return -1;
	result = tm_history_rows(history, &question->query, rows);
	if (!result)
		result = more_ask(more, history, question, rows->rows,
				rows->count);
	tm_history_end(history);
	return result;
}

void api_rows(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct answer_more more = { 0 };
	struct web_question question;

	if (!question_parse(&question, history, request,
			    API_FILTERS
			    "from to by search sort order top limit offset output "
			    "rates compare ") ||
			!more_check(&question, request))
		return;
	if (api_ask_rows(history, &question, &rows, &more)) {
		api_fail(history, request);
	} else if (question.is_csv) {
		answer_csv(&request->answer, &question, &rows);
	} else {
		api_put_rows(api_begin(request), &rows, &question, &more);
		json_end(&request->answer.text);
	}
	tm_history_rows_free(&rows);
	more_free(&more);
}

/* --- status --- */

static void put_viewer(struct tm_text *text, const struct viewer *viewer)
{
	tm_json_member(text, "user");
	if (!viewer->is_bound) {
		tm_text_string(text, "null");
		return;
	}
	tm_text_character(text, '{');
	json_user(text, viewer->uid, viewer->name);
	tm_text_character(text, '}');
}

static void api_put_age(struct tm_text *text,
		const struct tm_history_summary *summary, uint64_t now_ns)
{
	json_member_time(text, "first_ns", summary->first_ns);
	json_member_time(text, "watermark_ns", summary->newest_ns);
	tm_json_member(text, "stale_seconds");
	if (!summary->newest_ns)
		tm_text_string(text, "null");
	else
		tm_text_format(text, "%.3f",
				now_ns > summary->newest_ns
						? (now_ns - summary->newest_ns) /
								(double)TM_SECOND_NS
						: 0);
	json_member_time(text, "ahead_ns", summary->ahead_ns);
}

/* The last hour that there is something of. */
static int get_newest(
		struct tm_history *history, struct tm_history_summary *summary)
{
	struct tm_history_filter filter = { .from_ns = 1, .to_ns = 2 };
	uint64_t newest_ns;

	if (tm_history_summary(history, &filter, summary))
		return -1;
	newest_ns = summary->newest_ns;
	tm_history_summary_free(summary);
	filter.from_ns = newest_ns > TM_HOUR_NS ? newest_ns - TM_HOUR_NS : 1;
	filter.to_ns = newest_ns + 1;
	return tm_history_summary(history, &filter, summary);
}

/* What the page may ask rows by. */
static void put_dimensions(struct tm_text *text)
{
	tm_json_member(text, "dimensions");
	tm_text_character(text, '[');
	for (enum tm_key_id id = 0; id <= TM_KEY_DIRECTION; id++) {
		tm_text_string(text, id ? "," : "");
		tm_json_string(text, tm_key_table[id].name);
	}
	tm_text_character(text, ']');
}

void api_status(struct tm_history *history, struct request *request)
{
	struct tm_history_summary summary = { 0 };
	char host[HOST_NAME_MAX + 1] = { 0 };
	struct web_question question;
	struct tm_text *text;
	bool is_ok;

	if (!question_parse(&question, history, request, " from to "))
		return;
	is_ok = history && !get_newest(history, &summary);
	gethostname(host, sizeof(host) - 1);
	text = api_begin(request);
	tm_text_string(text, ",\"tm\":\"" TM_VERSION "\"");
	tm_json_member_string(text, "host", host);
	api_put_hosts(text, &summary);
	api_put_range(text, question.query.filter.from_ns,
			question.query.filter.to_ns);
	json_member_time(text, "now_ns", question.now_ns);
	api_put_age(text, &summary, question.now_ns);
	put_viewer(text, &request->viewer);
	tm_json_member_string(text, "problem",
			is_ok || !history ? NULL : tm_history_problem(history));
	tm_json_member_string(text, "zone",
			history ? tm_history_zone(history) : NULL);
	put_dimensions(text);
	json_end(text);
	tm_history_summary_free(&summary);
}
