#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "database.h"
#include "functions.h"
#include "job-sums.h"
#include "schema.h"
#include "slot.h"

#define ROWS_MAX 65536	   /* in memory; 8 MiB */
#define JOBS_A_MINUTE 1000 /* that were not seen yet that day, of a user */
#define BUDGETS 4096	   /* users that have some in one minute */
#define HOSTS_MAX 10000

/* When a job of a row first and last moved something. */
struct span {
	uint64_t first_ns, last_ns;
};

static struct span *span_of(const struct tm_job_sums *sums, uint32_t row)
{
	return tm_sums_beside(&sums->table, row);
}

void tm_job_sums_init(struct tm_job_sums *sums)
{
	*sums = (struct tm_job_sums){ 0 };
	tm_sums_init(&sums->table, 2, UINT32_MAX);
	sums->table.beside_size = sizeof(struct span);
}

bool tm_job_sums_are_full(const struct tm_job_sums *sums)
{
	return sums->table.count >= ROWS_MAX;
}

/* --- one event --- */

/* Users can invent jobs, so each user may add only so many a minute. */
static bool job_is_in_budget(
		struct tm_job_sums *sums, const struct tm_event *event)
{
	const uint64_t minute = event->time_ns / TM_MINUTE_NS;
	uint32_t number;

	if (!sums->budgets)
		sums->budgets = calloc(BUDGETS, sizeof(*sums->budgets));
	if (!sums->budgets)
		return false;
	if (minute != sums->minute) {
		tm_index_free(&sums->budget);
		memset(sums->budgets, 0, BUDGETS * sizeof(*sums->budgets));
		sums->minute = minute;
	}
	number = tm_index_add(&sums->budget, event->uid);
	if (number >= BUDGETS || sums->budgets[number] >= JOBS_A_MINUTE)
		return false;
	sums->budgets[number]++;
	return true;
}

/* The job, or 0 for the remainder. */
static uint32_t job_admit(struct tm_job_sums *sums,
		const struct tm_event *event, uint32_t job)
{
	const uint64_t day_ns = tm_history_slot(TM_HISTORY_DAY, event->time_ns);

	if (day_ns != sums->day_ns)
		tm_index_free(&sums->known);
	sums->day_ns = day_ns;
	if (job == TM_FACT_OTHERS)
		return 0;
	if (tm_index_find(&sums->known, job) != TM_INDEX_NONE)
		return job;
	if (!job_is_in_budget(sums, event) ||
			tm_index_add(&sums->known, job) == TM_INDEX_NONE)
		return 0;
	return job;
}

static void job_count(struct tm_job_sums *sums, const uint64_t words[2],
		const struct tm_event *event)
{
	const uint64_t length_ns = event->span * UINT64_C(10000000);
	const uint64_t begin_ns = event->time_ns > length_ns
			? event->time_ns - length_ns
			: event->time_ns;
	uint32_t row = tm_sums_row(&sums->table, words);
	struct span *span;
	bool is_new;

	if (row == TM_SUMS_NONE &&
			(sums->table.count >= ROWS_MAX ||
					!tm_sums_have_room(&sums->table))) {
		sums->left_out++;
		return;
	}
	tm_sum_count(tm_sums_at(&sums->table, words, &is_new), event);
	row = tm_sums_row(&sums->table, words);
	span = span_of(sums, row);
	if (event->time_ns > span->last_ns)
		span->last_ns = event->time_ns;
	if (begin_ns < span->first_ns || !span->first_ns)
		span->first_ns = begin_ns;
}

void tm_job_sums_take(struct tm_job_sums *sums, struct tm_names *names,
		const struct tm_event *event)
{
	uint32_t job = tm_names_fact(names, TM_FACT_JOB, event);
	uint64_t words[2];

	if (!job)
		return;
	job = job_admit(sums, event, job);
	words[0] = sums->day_ns / TM_MINUTE_NS << 32 | event->uid;
	words[1] = (uint64_t)job << 32 |
			tm_names_fact(names, TM_FACT_HOST, event);
	job_count(sums, words, event);
}

/* --- into the database --- */

/* The hosts of a transaction, by the numbers of their texts. */
struct hosts {
	struct tm_history *history;
	struct tm_index numbers;
	uint32_t ids[256];
};

static int64_t host_look_up(struct tm_history *history, const char *name)
{
	sqlite3_stmt *const statement = tm_history_prepare(
			history, "SELECT id FROM host WHERE name = ?");
	int64_t id = -1;
	int result;

	if (!statement)
		return -1;
	tm_history_bind_text(statement, 1, name, strlen(name));
	result = tm_history_step(history, statement);
	if (result >= 0)
		id = result ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return id;
}

static int64_t host_add(struct tm_history *history, const char *name)
{
	const int64_t last =
			tm_history_number(history, "SELECT max(id) FROM host");
	sqlite3_stmt *statement;
	int result;

	if (last < 0 || last >= HOSTS_MAX)
		return last < 0 ? -1 : TM_HISTORY_REMAINDER;
	statement = tm_history_prepare(
			history, "INSERT INTO host VALUES (?, ?)");
	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, last + 1);
	tm_history_bind_text(statement, 2, name, strlen(name));
	result = tm_history_step(history, statement);
	sqlite3_finalize(statement);
	return result ? -1 : last + 1;
}

/* Its id in the database, or -1. */
static int64_t host_find(
		struct hosts *hosts, struct tm_names *names, uint32_t host)
{
	const char *const name = tm_names_text(names, host);
	uint32_t number;
	int64_t id;

	if (!name || !*name)
		return TM_HISTORY_UNKNOWN;
	number = tm_index_find(&hosts->numbers, host);
	if (number < 256)
		return hosts->ids[number];
	id = host_look_up(hosts->history, name);
	if (!id)
		id = host_add(hosts->history, name);
	if (id < 0)
		return -1;
	number = tm_index_add(&hosts->numbers, host);
	if (number < 256)
		hosts->ids[number] = id;
	return id;
}

static sqlite3_stmt *job_prepare(struct tm_history *history)
{
	return tm_history_prepare(history,
			"INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
			"ON CONFLICT DO UPDATE SET "
			"first = min(first, excluded.first), "
			"last = max(last, excluded.last), "
			"in_bytes = tm_add(in_bytes, excluded.in_bytes), "
			"in_packets = tm_add(in_packets, excluded.in_packets), "
			"out_bytes = tm_add(out_bytes, excluded.out_bytes), "
			"out_packets = tm_add(out_packets, excluded.out_packets)");
}

static int job_insert(const struct tm_job_sums *sums, sqlite3_stmt *insert,
		struct hosts *hosts, struct tm_names *names, uint32_t row)
{
	const uint64_t *const words = tm_sums_key(&sums->table, row);
	const struct tm_sum *const sum = &sums->table.rows[row];
	const struct span *const span = span_of(sums, row);
	const uint32_t job = words[1] >> 32;
	const char *const name = job ? tm_names_text(names, job) : "";
	const int64_t host = host_find(hosts, names, words[1]);
	int at = 1, result;

	if (host < 0)
		return -1;
	sqlite3_bind_int64(insert, at++, (words[0] >> 32) * 60);
	tm_history_bind_text(insert, at++, name, strlen(name));
	sqlite3_bind_int64(insert, at++, words[0] & UINT32_MAX);
	sqlite3_bind_int64(insert, at++, host);
	sqlite3_bind_int64(insert, at++, span->first_ns / TM_SECOND_NS);
	sqlite3_bind_int64(insert, at++, span->last_ns / TM_SECOND_NS);
	for (int i = TM_IN; i <= TM_OUT; i++) {
		sqlite3_bind_int64(insert, at++,
				tm_history_amount(sum->moved[i].bytes));
		sqlite3_bind_int64(insert, at++,
				tm_history_amount(sum->moved[i].packets));
	}
	result = tm_history_step(hosts->history, insert);
	sqlite3_reset(insert);
	return result;
}

int tm_job_sums_write(const struct tm_job_sums *sums,
		struct tm_history *history, struct tm_names *names)
{
	struct hosts hosts = { .history = history };
	sqlite3_stmt *insert;
	int result = 0;

	if (!sums->table.count)
		return 0;
	insert = job_prepare(history);
	if (!insert)
		return -1;
	for (uint32_t row = 0; row < sums->table.count && !result; row++)
		result = job_insert(sums, insert, &hosts, names, row);
	sqlite3_finalize(insert);
	tm_index_free(&hosts.numbers);
	return result;
}

void tm_job_sums_clear(struct tm_job_sums *sums)
{
	tm_sums_clear(&sums->table);
}

void tm_job_sums_free(struct tm_job_sums *sums)
{
	tm_sums_free(&sums->table);
	tm_index_free(&sums->known);
	tm_index_free(&sums->budget);
	free(sums->budgets);
}
