#include <errno.h>

#include "answer-json.h"
#include "api.h"
#include "common/history/answer-jobs.h"

static void web_job_put(struct tm_text *text, const struct tm_history_job *job)
{
	tm_text_character(text, '{');
	tm_json_member_string(text, "job", *job->name ? job->name : NULL);
	json_user(text, job->uid, job->user);
	tm_json_member_string(text, "host", job->host);
	tm_json_member_number(text, "hosts", job->hosts);
	json_member_time(text, "first_ns", job->first_ns);
	json_member_time(text, "last_ns", job->last_ns);
	json_moved(text, job->moved);
	tm_text_character(text, '}');
}

static void web_jobs_put(struct tm_text *text,
		const struct web_question *question,
		const struct tm_history_jobs *jobs)
{
	const struct tm_history_filter *const filter = &question->query.filter;

	api_put_range(text, filter->from_ns, filter->to_ns);
	tm_json_member_number(text, "count", jobs->found);
	json_member_time(text, "first_ns", jobs->first_ns);
	json_member_time(text, "last_ns", jobs->last_ns);
	tm_json_member(text, "sums");
	tm_text_character(text, '{');
	json_moved(text, jobs->moved);
	tm_text_string(text, "},\"rows\":[");
	for (size_t i = 0; i < jobs->count; i++) {
		tm_text_string(text, i ? "," : "");
		web_job_put(text, &jobs->jobs[i]);
	}
	tm_text_character(text, ']');
}

static void web_jobs_answer_csv(
		struct answer *answer, const struct tm_history_jobs *jobs)
{
	const struct tm_history_form form = {
		.form = TM_FORM_CSV,
		.write = tm_text_write,
		.context = &answer->text,
	};

	if (jobs->found > jobs->count && jobs->count == QUESTION_CSV_MOST) {
		answer_error(answer, MHD_HTTP_BAD_REQUEST,
				"more than %d rows; ask for less (limit, from, to)",
				QUESTION_CSV_MOST);
		return;
	}
	answer->status = MHD_HTTP_OK;
	answer->type = "text/csv; charset=utf-8";
	answer->file_name = "jobs.csv";
	if (tm_history_answer_jobs(&form, jobs))
		answer->text.error = ENOMEM;
}

void api_jobs(struct tm_history *history, struct request *request)
{
	struct tm_history_jobs jobs = { 0 };
	struct web_question question;
	const struct tm_history_rows_query *const asked = &question.query;

	if (!question_parse(&question, history, request,
			    " from to user job search sort order limit offset "
			    "output "))
		return;
	if (tm_history_jobs(history,
			    &(struct tm_history_jobs_query){
					    .from_ns = asked->filter.from_ns,
					    .to_ns = asked->filter.to_ns,
					    .job = question.job,
					    .search = asked->search,
					    .has_user = asked->filter.has_user,
					    .uid = asked->filter.uid,
					    .by_host = question.job,
					    .sort = asked->sort,
					    .is_ascending = asked->is_ascending,
					    .offset = asked->offset,
					    .limit = asked->limit,
			    },
			    &jobs)) {
		api_fail(history, request);
	} else if (question.is_csv) {
		web_jobs_answer_csv(&request->answer, &jobs);
	} else {
		web_jobs_put(api_begin(request), &question, &jobs);
		json_end(&request->answer.text);
	}
	tm_history_jobs_free(&jobs);
}
