#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/room.h"
#include "common/base/text.h"
#include "database.h"
#include "group.h"
#include "jobs.h"
#include "schema.h"
#include "texts.h"

/* --- the statement --- */

/* The days that have jobs, each found from the one before it, because the day
 * is the first of the table's keys. */
static const char days[] =
		"WITH RECURSIVE day (at) AS (SELECT min(day) FROM job "
		"WHERE day >= ?1 AND day < ?2 UNION ALL "
		"SELECT (SELECT min(day) FROM job WHERE day > at AND day < ?2) "
		"FROM day WHERE at NOT NULL)";

/* A job's names from one to the other: that one, or a number's of each manager.
 * The number of a PBS job is followed by its server's name. */
static const char name_of_manager[] =
		", name (low, high) AS (VALUES (?3, ?3), "
		"(iif(?3 LIKE 'pbs/%', ?3 || '.', NULL), ?3 || '.~'))";
static const char names_of_all[] =
		", name (low, high) AS (VALUES "
		"('slurm/' || ?3, 'slurm/' || ?3), ('pbs/' || ?3, 'pbs/' || ?3), "
		"('pbs/' || ?3 || '.', 'pbs/' || ?3 || '.~'))";

static const char *jobs_names(const struct tm_history_jobs_query *query)
{
	if (!query->job)
		return "";
	return strchr(query->job, '/') ? name_of_manager : names_of_all;
}

static const char *jobs_order(enum tm_history_sort sort)
{
	switch (sort) {
	case TM_HISTORY_SORT_IN:
		return "a";
	case TM_HISTORY_SORT_OUT:
		return "c";
	case TM_HISTORY_SORT_PACKETS:
		return "tm_add(b, d)";
	case TM_HISTORY_SORT_KEY:
		return "first";
	default:
		return "tm_add(a, c)";
	}
}

static void jobs_put_from(
		struct tm_text *sql, const struct tm_history_jobs_query *query)
{
	tm_text_string(sql, "day CROSS JOIN ");
	tm_text_string(sql, query->job ? "name CROSS JOIN " : "");
	tm_text_string(sql,
			"job ON job.day = day.at "
			"AND last >= ?4 AND first < ?5");
	if (query->job)
		tm_text_string(sql, " AND job.name BETWEEN low AND high");
	if (query->has_user)
		tm_text_string(sql, " AND uid = ?6");
	if (query->host)
		tm_text_string(sql,
				" AND host IN (SELECT id FROM host WHERE name = ?8)");
	if (query->search)
		tm_text_string(sql,
				" AND (instr(lower(job.name), lower(?7)) OR uid IN "
				"(SELECT uid FROM user WHERE "
				"instr(lower(user.name), lower(?7))))");
}

static void jobs_put_statement(
		struct tm_text *sql, const struct tm_history_jobs_query *query)
{
	tm_text_format(sql,
			"%s%s SELECT name, uid, hosts, (SELECT host.name FROM host "
			"WHERE id = host_id), first, last, a, b, c, d FROM "
			"(SELECT job.name AS name, uid, count(DISTINCT host) AS "
			"hosts, max(host) AS host_id, min(first) AS first, "
			"max(last) AS last, "
			"tm_sum(in_bytes) AS a, tm_sum(in_packets) AS b, "
			"tm_sum(out_bytes) AS c, tm_sum(out_packets) AS d FROM ",
			days, jobs_names(query));
	jobs_put_from(sql, query);
	tm_text_format(sql,
			" GROUP BY job.name, uid%s) ORDER BY %s %s, name, uid, "
			"host_id",
			query->by_host ? ", host" : "", jobs_order(query->sort),
			query->is_ascending ? "ASC" : "DESC");
}

static void jobs_bind(sqlite3_stmt *statement,
		const struct tm_history_jobs_query *query)
{
	const uint64_t to_ns = query->to_ns && query->to_ns < INT64_MAX
			? query->to_ns
			: INT64_MAX;
	const uint64_t day_ns = tm_history_slot(TM_HISTORY_DAY, query->from_ns);

	sqlite3_bind_int64(statement, 1, day_ns / TM_SECOND_NS);
	sqlite3_bind_int64(statement, 2, (to_ns - 1) / TM_SECOND_NS + 1);
	sqlite3_bind_int64(statement, 4, query->from_ns / TM_SECOND_NS);
	sqlite3_bind_int64(statement, 5, (to_ns - 1) / TM_SECOND_NS + 1);
	if (query->job)
		tm_history_bind_text(
				statement, 3, query->job, strlen(query->job));
	if (query->has_user)
		sqlite3_bind_int64(statement, 6, query->uid);
	if (query->host)
		tm_history_bind_text(
				statement, 8, query->host, strlen(query->host));
	if (query->search)
		tm_history_bind_text(statement, 7, query->search,
				strlen(query->search));
}

static sqlite3_stmt *jobs_prepare(struct tm_history *history,
		const struct tm_history_jobs_query *query)
{
	struct tm_text sql = { 0 };
	sqlite3_stmt *statement;

	jobs_put_statement(&sql, query);
	statement = tm_history_prepare_text(history, &sql);
	if (statement)
		jobs_bind(statement, query);
	return statement;
}

/* --- the rows --- */

static struct tm_history_job jobs_read(sqlite3_stmt *statement)
{
	struct tm_history_job job = {
		.uid = sqlite3_column_int64(statement, 1),
		.hosts = sqlite3_column_int64(statement, 2),
		.first_ns = sqlite3_column_int64(statement, 4) * TM_SECOND_NS,
		.last_ns = sqlite3_column_int64(statement, 5) * TM_SECOND_NS,
	};

	for (int i = TM_IN; i <= TM_OUT; i++) {
		job.moved[i].bytes = sqlite3_column_int64(statement, 6 + 2 * i);
		job.moved[i].packets =
				sqlite3_column_int64(statement, 7 + 2 * i);
	}
	return job;
}

static void jobs_add(struct tm_history_jobs *answer,
		const struct tm_history_job *job)
{
	answer->found++;
	tm_history_amounts_add(answer->moved, job->moved);
	if (job->last_ns > answer->last_ns)
		answer->last_ns = job->last_ns;
	if (!answer->first_ns || job->first_ns < answer->first_ns)
		answer->first_ns = job->first_ns;
}

/* A copy of a column; NULL if it is null. */
static const char *jobs_text(
		struct tm_history_jobs *answer, sqlite3_stmt *statement, int at)
{
	const char *const text =
			(const char *)sqlite3_column_text(statement, at);

	return text ? tm_history_text_keep(answer->texts, text) : NULL;
}

static int jobs_keep(struct tm_history *history, struct tm_history_jobs *answer,
		uint32_t *room, sqlite3_stmt *statement,
		struct tm_history_job job)
{
	struct tm_history_job *const more = tm_room_for(
			answer->jobs, room, answer->count, sizeof(*more));

	if (!more)
		return tm_history_fail(history, "out of memory");
	answer->jobs = more;
	job.name = jobs_text(answer, statement, 0) ?: "";
	job.user = tm_history_text(answer->texts, TM_KEY_USER, job.uid);
	job.host = job.hosts == 1 ? jobs_text(answer, statement, 3) : NULL;
	more[answer->count++] = job;
	return tm_history_texts_check(answer->texts);
}

static int jobs_collect(struct tm_history *history,
		const struct tm_history_jobs_query *query,
		sqlite3_stmt *statement, struct tm_history_jobs *answer)
{
	uint32_t room = 0;
	int result;

	while ((result = tm_history_step(history, statement)) == 1) {
		const struct tm_history_job job = jobs_read(statement);

		jobs_add(answer, &job);
		if (answer->found <= query->offset ||
				(query->limit && answer->count == query->limit))
			continue;
		if (jobs_keep(history, answer, &room, statement, job))
			return -1;
	}
	return result;
}

static int jobs_answer(struct tm_history *history,
		const struct tm_history_jobs_query *query,
		struct tm_history_jobs *answer)
{
	sqlite3_stmt *statement;
	int result;

	if (history->marks.format < TM_HISTORY_WHO)
		return 0;
	answer->texts = tm_history_texts_new(history);
	statement = answer->texts ? jobs_prepare(history, query) : NULL;
	if (!statement)
		return -1;
	result = jobs_collect(history, query, statement, answer);
	sqlite3_finalize(statement);
	tm_history_texts_settle(answer->texts);
	return result;
}

int tm_history_jobs(struct tm_history *history,
		const struct tm_history_jobs_query *query,
		struct tm_history_jobs *answer)
{
	int result;

	*answer = (struct tm_history_jobs){ 0 };
	if (tm_history_begin(history))
		return -1;
	result = jobs_answer(history, query, answer);
	tm_history_end(history);
	return result;
}

/* --- what was lost --- */

/* Whether an earlier row is of the same user. */
static bool jobs_have_user(const struct tm_history_jobs *answer, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (answer->jobs[j].uid == answer->jobs[i].uid)
			return true;
	}
	return false;
}

int tm_history_jobs_lost(
		struct tm_history *history, struct tm_history_jobs *answer)
{
	struct tm_history_rows_query
			query = { .filter = {
						  .from_ns = answer->first_ns,
						  .to_ns = answer->last_ns +
								  TM_SECOND_NS,
						  .has_user = true,
				  } };
	struct tm_history_rows rows;
	int result = 0;

	for (size_t i = 0; i < answer->count && !result; i++) {
		if (jobs_have_user(answer, i))
			continue;
		query.filter.uid = answer->jobs[i].uid;
		result = tm_history_rows(history, &query, &rows);
		tm_history_amounts_add(answer->lost, rows.sum.lost);
		tm_history_rows_free(&rows);
	}
	return result;
}

void tm_history_jobs_free(struct tm_history_jobs *answer)
{
	free(answer->jobs);
	tm_history_texts_free(answer->texts);
	*answer = (struct tm_history_jobs){ 0 };
}
