/* Asks a history the same in several ways and compares:
 *   history-check FILE [ROUNDS]
 * Ranges are drawn at random; what rows, series and a summary tell must be what
 * SQLite adds up from the finest table that has all of it. Prints the longest
 * time of each question, in ms. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/history/database.h"
#include "common/history/query.h"
#include "common/history/schema.h"

/* The keys as enum tm_key_id has them. */
enum { TOTAL, USER, SUMMARY = USER + TM_KEYS_STORED, SERIES, KINDS };

static const char *const names[KINDS] = { "total", "by user", "by process",
	"by remote", "by protocol", "by interface", "by workload", "by login",
	"by command", "summary", "series" };
static double longest[KINDS];
static struct tm_history *history;
static uint64_t lost; /* of the last question for rows or a summary */
static uint64_t state = 88172645463325252ULL;

static uint64_t draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? state % below : 0;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void note(int kind, double since)
{
	const double took = now_ms() - since;

	if (took > longest[kind])
		longest[kind] = took;
}

static void check(int result)
{
	if (result)
		errx(1, "%s", tm_history_problem(history));
}

/* All bytes between two boundaries of the table's slots. */
static uint64_t add_up(const char *table, uint64_t from_ns, uint64_t to_ns)
{
	char sql[256];
	sqlite3_stmt *statement;
	uint64_t sum;

	snprintf(sql, sizeof(sql),
			"SELECT sum(in_bytes + out_bytes) FROM %s WHERE time >= %" PRIu64
			" AND time < %" PRIu64,
			table, from_ns, to_ns);
	statement = tm_history_prepare(history, sql);
	if (!statement || tm_history_step(history, statement) != 1)
		errx(1, "%s", tm_history_problem(history));
	sum = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return sum;
}

static uint64_t ask_rows(const struct tm_history_filter *filter, unsigned by)
{
	const struct tm_history_rows_query query = {
		.filter = *filter, .by = by, .limit = 50
	};
	const double begin = now_ms();
	struct tm_history_rows rows;
	uint64_t sum;

	check(tm_history_rows(history, &query, &rows));
	note(by ? USER + __builtin_ctz(by) : TOTAL, begin);
	sum = tm_history_row_bytes(&rows.sum);
	lost = rows.sum.lost[TM_IN].bytes + rows.sum.lost[TM_OUT].bytes;
	tm_history_rows_free(&rows);
	return sum;
}

static uint64_t ask_series(const struct tm_history_filter *filter, unsigned by)
{
	const struct tm_history_series_query query = {
		.filter = *filter, .by = by, .top = 8, .bins = 300
	};
	const double begin = now_ms();
	struct tm_history_series series;
	uint64_t sum = 0, of_lines = 0;

	check(tm_history_series(history, &query, &series));
	note(SERIES, begin);
	for (size_t i = 0; i < series.count; i++) {
		const struct tm_history_line *const line = &series.lines[i];

		of_lines += tm_history_row_bytes(&line->row);
		for (size_t j = 0; j < series.bins; j++)
			sum += line->points[j].bytes[TM_IN] +
					line->points[j].bytes[TM_OUT];
	}
	if (sum != of_lines)
		errx(1, "points have %" PRIu64 " bytes, lines %" PRIu64, sum,
				of_lines);
	tm_history_series_free(&series);
	return sum;
}

static uint64_t ask_summary(const struct tm_history_filter *filter)
{
	const double begin = now_ms();
	struct tm_history_summary summary;
	uint64_t sum;

	check(tm_history_summary(history, filter, &summary));
	note(SUMMARY, begin);
	sum = summary.moved[TM_IN].bytes + summary.moved[TM_OUT].bytes;
	lost = summary.lost[TM_IN].bytes + summary.lost[TM_OUT].bytes;
	tm_history_summary_free(&summary);
	return sum;
}

static void compare(const char *what, const struct tm_history_filter *filter,
		uint64_t is, uint64_t wanted)
{
	if (is != wanted)
		errx(1,
				"%s from %" PRIu64 " to %" PRIu64 ": %" PRIu64
				", not %" PRIu64,
				what, filter->from_ns, filter->to_ns, is,
				wanted);
}

static void ask_all(const struct tm_history_filter *filter, uint64_t wanted)
{
	static const unsigned keys[] = { 0, TM_HISTORY_BY_USER,
		TM_HISTORY_BY_PROCESS, TM_HISTORY_BY_REMOTE,
		TM_HISTORY_BY_PROTOCOL, TM_HISTORY_BY_INTERFACE,
		TM_HISTORY_BY_WORKLOAD, TM_HISTORY_BY_LOGIN,
		TM_HISTORY_BY_COMMAND };
	uint64_t lost_in_all;

	compare("summary", filter, ask_summary(filter), wanted);
	lost_in_all = lost;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		compare("rows", filter, ask_rows(filter, keys[i]), wanted);
		compare("lost", filter, lost, lost_in_all);
		compare("series", filter, ask_series(filter, keys[i]), wanted);
	}
}

/* A user's page: all that is asked there must add up to the user's sum. */
static void ask_user(struct tm_history_filter filter)
{
	uint64_t wanted;

	filter.has_user = true;
	filter.uid = 1000 + draw(200);
	wanted = ask_rows(&filter, 0);
	compare("user's processes", &filter,
			ask_rows(&filter, TM_HISTORY_BY_PROCESS), wanted);
	compare("user's remotes", &filter,
			ask_rows(&filter, TM_HISTORY_BY_REMOTE), wanted);
	compare("user's series", &filter,
			ask_series(&filter, TM_HISTORY_BY_PROCESS), wanted);
}

static void ask_minutes(const struct tm_history_marks *marks)
{
	const uint64_t first = marks->kept[TM_HISTORY_MINUTE] > marks->first_ns
			? marks->kept[TM_HISTORY_MINUTE]
			: marks->first_ns;
	const uint64_t minutes = (marks->newest_ns - first) / TM_MINUTE_NS + 1;
	struct tm_history_filter filter;

	filter = (struct tm_history_filter){
		.from_ns = tm_history_slot(TM_HISTORY_MINUTE,
				first + draw(minutes) * TM_MINUTE_NS)
	};
	filter.to_ns = filter.from_ns + (1 + draw(minutes)) * TM_MINUTE_NS;
	ask_all(&filter, add_up("user_minute", filter.from_ns, filter.to_ns));
	ask_user(filter);
}

/* Hours that are over, and begin anywhere within what there is. */
static void ask_hours(const struct tm_history_marks *marks)
{
	const uint64_t begin = marks->first_ns > marks->kept[TM_HISTORY_HOUR]
			? marks->first_ns
			: marks->kept[TM_HISTORY_HOUR];
	const uint64_t end = tm_history_slot(
			TM_HISTORY_HOUR, marks->added[TM_HISTORY_HOUR]);
	struct tm_history_filter filter;

	if (end <= tm_history_next_slot(TM_HISTORY_HOUR, begin))
		return;
	filter = (struct tm_history_filter){
		.from_ns = tm_history_slot(
				TM_HISTORY_HOUR, begin + draw(end - begin))
	};
	filter.to_ns = tm_history_next_slot(TM_HISTORY_HOUR,
			filter.from_ns + draw(end - filter.from_ns - 1));
	ask_all(&filter, add_up("user_hour", filter.from_ns, filter.to_ns));
	ask_user(filter);
}

int main(int argc, char **argv)
{
	const unsigned rounds = argc > 2 ? atoi(argv[2]) : 20;
	struct tm_history_filter all = { 0 };
	struct tm_history_marks marks;
	int status;

	if (argc < 2)
		errx(2, "see the head of tests/lib/history-check.c");
	history = tm_history_open(argv[1], TM_HISTORY_READ, &status);
	if (status)
		errx(status, "%s", tm_history_problem(history));
	marks = history->marks;
	ask_all(&all, add_up("traffic", 0, INT64_MAX));
	for (unsigned i = 0; i < rounds; i++) {
		ask_minutes(&marks);
		ask_hours(&marks);
	}
	for (int i = 0; i < KINDS; i++)
		printf("%s %.1f\n", names[i], longest[i]);
	tm_history_close(history);
	return 0;
}
