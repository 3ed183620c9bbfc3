#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "answer-jobs.h"
#include "common/base/clock.h"
#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/base/number.h"
#include "common/record/words.h"
#include "common/show/key-cells.h"

static const struct tm_column columns[] = {
	{ "job", "JOB", TM_CELL_TEXT, .is_key = true, .least = 14 },
	{ .key = "uid", .type = TM_CELL_NUMBER },
	{ "user", "USER", TM_CELL_TEXT, .is_key = true, .least = 8 },
	{ .key = "host", .type = TM_CELL_TEXT },
	{ .key = "hosts", .type = TM_CELL_NUMBER },
	{ .heading = "HOST", .type = TM_CELL_TEXT },
	{ "first", "FIRST", .type = TM_CELL_TIME },
	{ "last", "LAST", .type = TM_CELL_TIME },
	{ "in", "IN", .type = TM_CELL_BYTES },
	{ "out", "OUT", .type = TM_CELL_BYTES },
	{ "total", "TOTAL", .type = TM_CELL_BYTES },
	{ .key = "packets_in", .type = TM_CELL_NUMBER },
	{ .key = "packets_out", .type = TM_CELL_NUMBER },
	{ "packets", "PACKETS", .type = TM_CELL_NUMBER },
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* --- the table --- */

static void job_put_amounts(
		struct tm_table *table, const struct tm_amount moved[2])
{
	const struct tm_amount both = tm_amount_both(moved);

	tm_table_number(table, moved[TM_IN].bytes);
	tm_table_number(table, moved[TM_OUT].bytes);
	tm_table_number(table, both.bytes);
	tm_table_number(table, moved[TM_IN].packets);
	tm_table_number(table, moved[TM_OUT].packets);
	tm_table_number(table, both.packets);
}

static void job_put_user(const struct tm_history_form *form,
		struct tm_table *table, const struct tm_history_job *job)
{
	const struct tm_key_sources sources = {
		.is_numeric = form->is_numeric,
	};
	struct tm_label label;

	tm_table_number(table, job->uid);
	tm_key_label_user(&sources, job->uid, job->user, &label);
	tm_label_put(table, &label);
}

static void job_put_host(
		struct tm_table *table, const struct tm_history_job *job)
{
	char number[32];

	snprintf(number, sizeof(number), "(%" PRIu64 " hosts)", job->hosts);
	tm_table_text(table, job->host);
	tm_table_number(table, job->hosts);
	if (job->hosts > 1)
		tm_table_text(table, number);
	else if (job->host && !*job->host)
		tm_table_text(table, TM_WORD_ABSENT);
	else
		tm_table_name(table, job->host ?: TM_WORD_OTHERS);
}

static void job_put(const struct tm_history_form *form, struct tm_table *table,
		const struct tm_history_job *job)
{
	if (*job->name)
		tm_table_name(table, job->name);
	else
		tm_table_text(table, TM_WORD_OTHERS);
	job_put_user(form, table, job);
	job_put_host(table, job);
	tm_table_number(table, job->first_ns);
	tm_table_number(table, job->last_ns);
	job_put_amounts(table, job->moved);
}

/* The sum of all rows, or of those that are not shown. */
static void jobs_put_sum(struct tm_table *table, const char *label,
		const struct tm_amount moved[2])
{
	tm_table_text(table, label);
	for (unsigned i = 1; columns[i].type != TM_CELL_BYTES; i++)
		tm_table_none(table);
	job_put_amounts(table, moved);
}

static void jobs_put_others(
		struct tm_table *table, const struct tm_history_jobs *jobs)
{
	struct tm_amount moved[2] = { jobs->moved[0], jobs->moved[1] };

	if (jobs->count == jobs->found)
		return;
	for (size_t i = 0; i < jobs->count; i++) {
		for (int j = TM_IN; j <= TM_OUT; j++)
			moved[j] = tm_amount_rest(
					&moved[j], &jobs->jobs[i].moved[j]);
	}
	jobs_put_sum(table, TM_WORD_OTHERS, moved);
}

int tm_history_answer_jobs(const struct tm_history_form *form,
		const struct tm_history_jobs *jobs)
{
	const struct tm_table_spec spec = {
		.form = form->form,
		.columns = columns,
		.count = COLUMNS,
		.from_ns = jobs->first_ns,
		.to_ns = jobs->last_ns,
		.write = form->write,
		.context = form->context,
	};
	struct tm_table table;

	tm_table_open(&table, &spec);
	for (size_t i = 0; i < jobs->count; i++)
		job_put(form, &table, &jobs->jobs[i]);
	jobs_put_others(&table, jobs);
	if (form->form == TM_FORM_TABLE)
		jobs_put_sum(&table, "all", jobs->moved);
	return tm_table_close(&table, NULL);
}

/* --- one job --- */

/* Seconds are whole, so that a job is at least one long. */
static uint64_t job_length_ns(const struct tm_history_jobs *job)
{
	return job->last_ns - job->first_ns ?: TM_SECOND_NS;
}

static bool has_user_before(const struct tm_history_jobs *job, size_t i)
{
	size_t j = 0;

	while (j < i && job->jobs[j].uid != job->jobs[i].uid)
		j++;
	return j < i;
}

static bool has_host_before(const struct tm_history_jobs *job, size_t i)
{
	const char *const host = job->jobs[i].host ?: TM_WORD_OTHERS;
	size_t j = 0;

	while (j < i && strcmp(job->jobs[j].host ?: TM_WORD_OTHERS, host))
		j++;
	return j < i;
}

static void job_put_escaped(
		struct tm_text *text, const char *before, const char *name)
{
	char escaped[1024];

	tm_escape_text(escaped, sizeof(escaped), name, strlen(name));
	tm_text_format(text, "%s%s", before, escaped);
}

static void job_put_users(struct tm_text *text,
		const struct tm_history_form *form,
		const struct tm_history_jobs *job)
{
	const char *before = "User: ";

	for (size_t i = 0; i < job->count; i++) {
		const struct tm_history_job *const row = &job->jobs[i];
		const char *const name =
				tm_history_user_name(form, row->uid, row->user);

		if (has_user_before(job, i))
			continue;
		if (name)
			job_put_escaped(text, before, name);
		else
			tm_text_format(text, "%s%" PRIu32, before, row->uid);
		before = ", ";
	}
	tm_text_character(text, '\n');
}

static void job_put_hosts(
		struct tm_text *text, const struct tm_history_jobs *job)
{
	const char *before = "Host: ";

	for (size_t i = 0; i < job->count; i++) {
		const char *const host = job->jobs[i].host ?: TM_WORD_OTHERS;

		if (has_host_before(job, i))
			continue;
		job_put_escaped(text, before, *host ? host : TM_WORD_ABSENT);
		before = ", ";
	}
	tm_text_character(text, '\n');
}

static void job_put_times(
		struct tm_text *text, const struct tm_history_jobs *job)
{
	const uint64_t seconds = (job->last_ns - job->first_ns) / TM_SECOND_NS;
	char time[TM_TIME_SIZE];

	tm_text_format(text, "First traffic: %s\n",
			tm_time_format(time, job->first_ns));
	tm_text_format(text, "Last traffic: %s\n",
			tm_time_format(time, job->last_ns));
	tm_text_format(text, "Time between: ");
	if (seconds >= 86400)
		tm_text_format(text, "%" PRIu64 "-", seconds / 86400);
	tm_text_format(text, "%02u:%02u:%02u\n",
			(unsigned)(seconds / 3600 % 24),
			(unsigned)(seconds / 60 % 60),
			(unsigned)(seconds % 60));
}

static void job_put_moved(struct tm_text *text, const char *what,
		const struct tm_amount *moved, uint64_t length_ns)
{
	char size[TM_SIZE_SIZE], rate[TM_RATE_SIZE];

	tm_text_format(text,
			"%s: %s (%" PRIu64 " B) in %" PRIu64
			" packets, on average %s\n",
			what, tm_size_format(size, moved->bytes), moved->bytes,
			moved->packets,
			tm_rate_format(rate, moved->bytes, length_ns));
}

static void job_put_lost(
		struct tm_text *text, const struct tm_history_jobs *job)
{
	const struct tm_amount lost = tm_amount_both(job->lost);
	size_t users = 0;
	char size[TM_SIZE_SIZE];

	for (size_t i = 0; i < job->count; i++)
		users += !has_user_before(job, i);
	tm_text_format(text,
			"Lost: %s in %" PRIu64
			" packets of %s in this time, whose job is not known\n",
			tm_size_format(size, lost.bytes), lost.packets,
			users > 1 ? "these users" : "this user");
}

static void job_put_summary(struct tm_text *text,
		const struct tm_history_form *form,
		const struct tm_history_jobs *job)
{
	const uint64_t length_ns = job_length_ns(job);

	job_put_escaped(text, "Job: ", job->jobs->name);
	tm_text_character(text, '\n');
	job_put_users(text, form, job);
	job_put_hosts(text, job);
	job_put_times(text, job);
	job_put_moved(text, "Received", &job->moved[TM_IN], length_ns);
	job_put_moved(text, "Sent", &job->moved[TM_OUT], length_ns);
	job_put_lost(text, job);
}

/* --- one job as JSON --- */

static void job_put_json_time(
		struct tm_text *text, const char *name, uint64_t time_ns)
{
	tm_json_member_number(text, name, time_ns);
}

static void job_put_json_moved(
		struct tm_text *text, const struct tm_amount moved[2])
{
	tm_json_member_number(text, "in", moved[TM_IN].bytes);
	tm_json_member_number(text, "out", moved[TM_OUT].bytes);
	tm_json_member_number(text, "packets_in", moved[TM_IN].packets);
	tm_json_member_number(text, "packets_out", moved[TM_OUT].packets);
}

static void job_put_json_row(
		struct tm_text *text, const struct tm_history_job *row)
{
	tm_text_character(text, '{');
	tm_json_member_number(text, "uid", row->uid);
	tm_json_member_string(text, "user",
			row->uid == TM_NOBODY ? TM_WORD_NONE : row->user);
	tm_json_member_string(text, "host", row->host);
	job_put_json_time(text, "first_ns", row->first_ns);
	job_put_json_time(text, "last_ns", row->last_ns);
	job_put_json_moved(text, row->moved);
	tm_text_character(text, '}');
}

static void job_put_json(
		struct tm_text *text, const struct tm_history_jobs *job)
{
	const struct tm_amount lost = tm_amount_both(job->lost);

	tm_text_character(text, '{');
	tm_json_member_string(text, "job", job->jobs->name);
	job_put_json_time(text, "first_ns", job->first_ns);
	job_put_json_time(text, "last_ns", job->last_ns);
	tm_json_member_number(text, "seconds",
			(job->last_ns - job->first_ns) / TM_SECOND_NS);
	job_put_json_moved(text, job->moved);
	tm_json_member_number(text, "users_lost", lost.bytes);
	tm_json_member_number(text, "users_lost_packets", lost.packets);
	tm_json_member(text, "rows");
	for (size_t i = 0; i < job->count; i++) {
		tm_text_character(text, i ? ',' : '[');
		job_put_json_row(text, &job->jobs[i]);
	}
	tm_text_string(text, "]}\n");
}

int tm_history_answer_job(const struct tm_history_form *form,
		const struct tm_history_jobs *job)
{
	struct tm_text text = { 0 };
	int result;

	if (form->form == TM_FORM_JSON)
		job_put_json(&text, job);
	else
		job_put_summary(&text, form, job);
	errno = text.error;
	result = text.error ? -1
			    : form->write(form->context, text.at, text.size);
	tm_text_free(&text);
	return result;
}
