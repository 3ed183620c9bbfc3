#include <ctype.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/record/words.h"
#include "tm-web/answer-json.h"
#include "tm-web/api.h"
#include "tm-web/compat/tracker-parts.h"

#define WINDOW_S 60

void tracker_put_rate(struct tm_text *text, const char *name, double rate)
{
	tm_json_member(text, name);
	tm_text_format(text, "%.2f", rate);
}

/* Theirs: 1024-based under the names of the 1000-based. */
void tracker_put_formatted(struct tm_text *text, const char *name, double rate)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB",
		"PB" };
	unsigned unit = 0;

	for (; rate >= 1024 && unit < 5; unit++)
		rate /= 1024;
	tm_json_member(text, name);
	tm_text_format(text, "\"%.2f %s/s\"", rate, units[unit]);
}

/* 2026-11-21T06:33:32, local as theirs. */
void tracker_put_time(struct tm_text *text, const char *name, uint64_t time_ns,
		char between)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	char day[16], clock[16];
	struct tm local;

	localtime_r(&seconds, &local);
	strftime(day, sizeof(day), "%Y-%m-%d", &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	tm_json_member(text, name);
	tm_text_format(text, "\"%s%c%s\"", day, between, clock);
}

void tracker_put_name(
		struct tm_text *text, const char *name, const char *process)
{
	tm_json_member_string(text, name,
			!process		   ? TM_WORD_OTHERS
					: *process ? process
						   : "unknown");
}

struct tm_text *tracker_begin(struct request *request, const char *more)
{
	request->answer.status = MHD_HTTP_OK;
	request->answer.type = "application/json";
	tm_text_string(&request->answer.text, more);
	return &request->answer.text;
}

bool tracker_ask(struct web_question *question, struct tm_history *history,
		struct request *request, const char *names, unsigned hours)
{
	struct tm_history_filter *const filter = &question->query.filter;

	if (!question_parse_known(question, history, request, names))
		return false;
	if (filter->process && !*filter->process)
		filter->process = NULL;
	if (!question->hours)
		question->hours = hours;
	filter->from_ns = hours
			? question_hours_before(filter->to_ns, question->hours)
			: filter->to_ns - WINDOW_S * TM_SECOND_NS;
	return true;
}

/* Whole minutes were counted: of the last one what is over. */
double tracker_seconds(const struct tm_history_rows *rows,
		const struct web_question *question)
{
	const uint64_t to = rows->to_ns < question->now_ns ? rows->to_ns
							   : question->now_ns;
	const double counted =
			to > rows->from_ns ? (to - rows->from_ns) / 1e9 : 0;
	const double least =
			question->hours ? question->hours * 3600.0 : WINDOW_S;

	return counted > least ? counted : least;
}

bool tracker_get(struct tm_history *history, struct request *request,
		struct web_question *question, unsigned by, uint64_t limit,
		struct tm_history_rows *rows)
{
	question->query.by = by;
	question->query.limit = limit;
	if (!tm_history_rows(history, &question->query, rows))
		return true;
	api_fail(history, request);
	return false;
}

double tracker_rate(const struct tm_history_row *row,
		enum tm_direction direction, double seconds)
{
	return row->moved[direction].bytes / seconds;
}

/* Theirs counts what it stored; sums have no records but packets. */
void tracker_put_records(struct tm_text *text, const struct tm_history_row *row)
{
	tm_json_member_number(text, "record_count",
			row->moved[TM_IN].packets + row->moved[TM_OUT].packets);
}

void tracker_put_total(struct tm_text *text, double tx, double rx)
{
	tracker_put_rate(text, "total_tx", tx);
	tracker_put_rate(text, "total_rx", rx);
	tracker_put_formatted(text, "total_tx_formatted", tx);
	tracker_put_formatted(text, "total_rx_formatted", rx);
	tracker_put_rate(text, "total_bandwidth", tx + rx);
	tracker_put_formatted(text, "total_bandwidth_formatted", tx + rx);
}

const char *tracker_protocol(
		char out[TRACKER_NAME_SIZE], const struct tm_history_row *row)
{
	struct tm_label label;
	char *end = stpcpy(out, json_value(row, TM_KEY_PROTOCOL, &label));

	while (end-- != out)
		*end = toupper((unsigned char)*end);
	return out;
}
