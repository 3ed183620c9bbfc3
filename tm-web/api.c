#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "common/base/clock.h"
#include "web-json.h"

#define HOSTS_MOST 64

void api_fail(struct tm_history *history, struct request *request)
{
	answer_error(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE, "%s",
			tm_history_problem(history));
}

struct text *api_begin(struct request *request)
{
	request->answer.status = MHD_HTTP_OK;
	request->answer.type = "application/json";
	json_begin(&request->answer.text);
	return &request->answer.text;
}

void api_put_range(struct text *text, uint64_t from_ns, uint64_t to_ns)
{
	text_member_time(text, "from_ns", from_ns);
	text_member_time(text, "to_ns", to_ns);
}

void api_put_hosts(struct text *text, const struct tm_history_summary *summary)
{
	const char *said[HOSTS_MOST];
	unsigned count = 0;

	text_member(text, "hosts");
	text_character(text, '[');
	for (size_t i = 0; i < summary->run_count && count < HOSTS_MOST; i++) {
		const char *const host = summary->runs[i].host;
		unsigned at = 0;

		if (!host || !*host)
			continue;
		while (at < count && strcmp(said[at], host))
			at++;
		if (at < count)
			continue;
		text_string(text, count ? "," : "");
		text_json(text, host);
		said[count++] = host;
	}
	text_character(text, ']');
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

static void put_by(struct text *text, const struct web_question *question)
{
	text_member(text, "by");
	text_character(text, '[');
	for (unsigned i = 0; i < question->keys.count; i++) {
		text_string(text, i ? "," : "");
		text_json(text, tm_history_key_name(question->keys.order[i]));
	}
	text_character(text, ']');
}

static void put_rows(struct text *text, const struct tm_history_rows *rows,
		const struct web_question *question)
{
	api_put_range(text, rows->from_ns, rows->to_ns);
	put_by(text, question);
	text_member_number(text, "count", rows->found);
	text_member(text, "sums");
	text_character(text, '{');
	json_amounts(text, &rows->sum);
	text_character(text, '}');
	text_member(text, "rows");
	text_character(text, '[');
	for (size_t i = 0; i < rows->count; i++) {
		text_string(text, i ? ",{" : "{");
		json_keys(text, &rows->rows[i], question->query.by);
		json_amounts(text, &rows->rows[i]);
		text_character(text, '}');
	}
	text_character(text, ']');
}

static void answer_csv(struct answer *answer,
		const struct web_question *question,
		const struct tm_history_rows *rows)
{
	const struct tm_history_form form = {
		.form = TM_FORM_CSV,
		.write = text_write,
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
		answer->text.is_broken = true;
}

void api_rows(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;

	if (!question_parse(&question, history, request,
			    API_FILTERS
			    "from to by search sort order limit offset output "))
		return;
	if (tm_history_rows(history, &question.query, &rows)) {
		api_fail(history, request);
	} else if (question.is_csv) {
		answer_csv(&request->answer, &question, &rows);
	} else {
		put_rows(api_begin(request), &rows, &question);
		json_end(&request->answer.text);
	}
	tm_history_rows_free(&rows);
}

/* --- status --- */

static void put_viewer(struct text *text, const struct viewer *viewer)
{
	text_member(text, "user");
	if (!viewer->is_bound) {
		text_string(text, "null");
		return;
	}
	text_character(text, '{');
	json_user(text, viewer->uid, viewer->name);
	text_character(text, '}');
}

static void put_age(struct text *text, const struct tm_history_summary *summary,
		uint64_t now_ns)
{
	text_member_time(text, "first_ns", summary->first_ns);
	text_member_time(text, "watermark_ns", summary->newest_ns);
	text_member(text, "stale_seconds");
	if (!summary->newest_ns)
		text_string(text, "null");
	else
		text_format(text, "%.3f",
				now_ns > summary->newest_ns
						? (now_ns - summary->newest_ns) /
								(double)TM_SECOND_NS
						: 0);
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

void api_status(struct tm_history *history, struct request *request)
{
	struct tm_history_summary summary = { 0 };
	char host[HOST_NAME_MAX + 1] = { 0 };
	struct web_question question;
	struct text *text;
	bool is_ok;

	if (!question_parse(&question, history, request, " "))
		return;
	is_ok = history && !get_newest(history, &summary);
	gethostname(host, sizeof(host) - 1);
	text = api_begin(request);
	text_string(text, ",\"tm\":\"" TM_VERSION "\"");
	text_member(text, "host");
	text_json(text, host);
	api_put_hosts(text, &summary);
	text_member_time(text, "now_ns", question.now_ns);
	put_age(text, &summary, question.now_ns);
	put_viewer(text, &request->viewer);
	text_member(text, "problem");
	text_json(text, is_ok || !history ? NULL : tm_history_problem(history));
	text_member(text, "zone");
	text_json(text, history ? tm_history_zone(history) : NULL);
	text_string(text,
			",\"dimensions\":[\"user\",\"process\",\"remote\","
			"\"protocol\",\"interface\",\"direction\"]");
	json_end(text);
	tm_history_summary_free(&summary);
}
