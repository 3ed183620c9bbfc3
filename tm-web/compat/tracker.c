#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/record/words.h"
#include "tm-web/answer-json.h"
#include "tm-web/api.h"
#include "tm-web/compat/tracker.h"
#include "tm-web/web-question.h"

#define WINDOW_S 60
#define CURRENT_MOST 50
#define ADDRESSES_MOST 20
#define ROWS_MOST 10000

enum { TCP = 6, UDP = 17 };

static void put_rate(struct tm_text *text, const char *name, double rate)
{
	tm_json_member(text, name);
	tm_text_format(text, "%.2f", rate);
}

/* Theirs: 1024-based under the names of the 1000-based. */
static void put_formatted(struct tm_text *text, const char *name, double rate)
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
static void put_time(struct tm_text *text, const char *name, uint64_t time_ns,
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

static void tracker_put_name(
		struct tm_text *text, const char *name, const char *process)
{
	tm_json_member_string(text, name,
			!process		   ? TM_WORD_OTHERS
					: *process ? process
						   : "unknown");
}

static struct tm_text *tracker_begin(struct request *request, const char *more)
{
	request->answer.status = MHD_HTTP_OK;
	request->answer.type = "application/json";
	tm_text_string(&request->answer.text, more);
	return &request->answer.text;
}

/* The question of this path, about the last minute or hours; 0 = the minute.
 * Theirs takes no notice of other parameters and of a process without a name,
 * and its own page sends both. */
static bool tracker_ask(struct web_question *question,
		struct tm_history *history, struct request *request,
		const char *names, unsigned hours)
{
	struct tm_history_filter *const filter = &question->query.filter;

	if (!question_parse_known(question, history, request, names))
		return false;
	if (filter->process && !*filter->process)
		filter->process = NULL;
	if (!question->hours)
		question->hours = hours;
	filter->from_ns = filter->to_ns -
			(hours ? question->hours * TM_HOUR_NS
			       : WINDOW_S * TM_SECOND_NS);
	return true;
}

/* Whole minutes were counted: of the last one what is over. */
static double seconds_of(const struct tm_history_rows *rows,
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

static bool get(struct tm_history *history, struct request *request,
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

static double rate_of(const struct tm_history_row *row,
		enum tm_direction direction, double seconds)
{
	return row->moved[direction].bytes / seconds;
}

/* --- /api/current --- */

struct process {
	const char *name;
	double sent[2], received[2], tx, rx; /* [0] TCP, [1] UDP */
};

static unsigned tracker_add_up(struct process *processes, unsigned most,
		const struct tm_history_rows *rows, double seconds)
{
	unsigned count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct tm_history_row *const row = &rows->rows[i];
		const char *const name = row->process ? row->process : "";
		const unsigned which = row->protocol == UDP;
		unsigned at = 0;

		while (at < count && strcmp(processes[at].name, name))
			at++;
		if (at == most)
			continue;
		if (at == count)
			processes[count++] = (struct process){ .name = name };
		processes[at].tx += rate_of(row, TM_OUT, seconds);
		processes[at].rx += rate_of(row, TM_IN, seconds);
		if (row->protocol != TCP && row->protocol != UDP)
			continue;
		processes[at].sent[which] += rate_of(row, TM_OUT, seconds);
		processes[at].received[which] += rate_of(row, TM_IN, seconds);
	}
	return count;
}

static int tracker_compare(const void *a, const void *b)
{
	const struct process *const x = a, *const y = b;
	const double more = (y->tx + y->rx) - (x->tx + x->rx);

	return more < 0 ? -1 : more > 0;
}

/* A history keeps names of processes, and no numbers. */
static void tracker_put_process(
		struct tm_text *text, const struct process *process)
{
	tm_text_string(text, "{\"pid\":null");
	tracker_put_name(text, "process_name", process->name);
	put_rate(text, "tx_bytes", process->tx);
	put_rate(text, "rx_bytes", process->rx);
	put_rate(text, "tcp_tx", process->sent[0]);
	put_rate(text, "tcp_rx", process->received[0]);
	put_rate(text, "udp_tx", process->sent[1]);
	put_rate(text, "udp_rx", process->received[1]);
	put_formatted(text, "tx_formatted", process->tx);
	put_formatted(text, "rx_formatted", process->rx);
	put_rate(text, "total_bytes", process->tx + process->rx);
	put_formatted(text, "total_formatted", process->tx + process->rx);
	tm_text_character(text, '}');
}

void tracker_current(struct tm_history *history, struct request *request)
{
	struct process processes[512];
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;
	unsigned count;

	if (!tracker_ask(&question, history, request, " ", 0))
		return;
	if (get(history, request, &question,
			    TM_HISTORY_BY_PROCESS | TM_HISTORY_BY_PROTOCOL,
			    ROWS_MOST, &rows)) {
		count = tracker_add_up(processes, 512, &rows,
				seconds_of(&rows, &question));
		qsort(processes, count, sizeof(*processes), tracker_compare);
		text = tracker_begin(request, "{");
		put_time(text, "timestamp", question.now_ns, 'T');
		tm_text_string(text, ",\"processes\":[");
		for (unsigned i = 0; i < count && i < CURRENT_MOST; i++) {
			tm_text_string(text, i ? "," : "");
			tracker_put_process(text, &processes[i]);
		}
		tm_text_string(text, "]}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/summary --- */

/* Theirs counts what it stored; sums have no records but packets. */
static void put_records(struct tm_text *text, const struct tm_history_row *row)
{
	tm_json_member_number(text, "record_count",
			row->moved[TM_IN].packets + row->moved[TM_OUT].packets);
}

static void put_total(struct tm_text *text, double tx, double rx)
{
	put_rate(text, "total_tx", tx);
	put_rate(text, "total_rx", rx);
	put_formatted(text, "total_tx_formatted", tx);
	put_formatted(text, "total_rx_formatted", rx);
	put_rate(text, "total_bandwidth", tx + rx);
	put_formatted(text, "total_bandwidth_formatted", tx + rx);
}

void tracker_summary(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;
	double seconds;

	if (!tracker_ask(&question, history, request, " ", 0))
		return;
	if (get(history, request, &question, TM_HISTORY_BY_PROCESS, 1, &rows)) {
		seconds = seconds_of(&rows, &question);
		text = tracker_begin(request,
				"{\"mode\":\"realtime\",\"seconds\":60,"
				"\"stats\":{");
		tm_json_member_number(text, "process_count", rows.found);
		tm_text_string(text, ",\"pid_count\":null");
		put_records(text, &rows.sum);
		put_total(text, rate_of(&rows.sum, TM_OUT, seconds),
				rate_of(&rows.sum, TM_IN, seconds));
		tm_text_string(text, "}}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/protocol/breakdown --- */

/* TCP, UDP */
static const char *big_name(char out[PROTOCOL_SIZE], uint8_t protocol)
{
	char number[PROTOCOL_SIZE];
	char *end = stpcpy(out, protocol_name(number, protocol));

	while (end-- != out)
		*end = toupper((unsigned char)*end);
	return out;
}

static void tracker_put_protocol(struct tm_text *text,
		const struct tm_history_row *row, double seconds)
{
	const double tx = rate_of(row, TM_OUT, seconds);
	const double rx = rate_of(row, TM_IN, seconds);
	char name[PROTOCOL_SIZE];

	tm_json_member(text, big_name(name, row->protocol));
	tm_text_character(text, '{');
	put_rate(text, "tx_bytes", tx);
	put_rate(text, "rx_bytes", rx);
	put_formatted(text, "tx_formatted", tx);
	put_formatted(text, "rx_formatted", rx);
	put_rate(text, "total_bytes", tx + rx);
	put_formatted(text, "total_formatted", tx + rx);
	tm_text_character(text, '}');
}

void tracker_protocols(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;

	if (!tracker_ask(&question, history, request, " process ", 0))
		return;
	if (get(history, request, &question, TM_HISTORY_BY_PROTOCOL, 256,
			    &rows)) {
		text = tracker_begin(request,
				"{\"mode\":\"realtime\",\"seconds\":60,"
				"\"protocols\":{");
		for (size_t i = 0; i < rows.count; i++)
			tracker_put_protocol(text, &rows.rows[i],
					seconds_of(&rows, &question));
		tm_text_string(text, "}}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/ip/breakdown --- */

static void tracker_put_address(struct tm_text *text,
		const struct tm_history_row *row, const char *process,
		double seconds)
{
	const double tx = rate_of(row, TM_OUT, seconds);
	const double rx = rate_of(row, TM_IN, seconds);

	tm_text_string(text, "{\"remote_ip\":");
	tm_json_string(text, row->remote ? row->remote : TM_WORD_OTHERS);
	put_rate(text, "tx_rate", tx);
	put_rate(text, "rx_rate", rx);
	tm_json_member_string(text, "process_name", process ? process : "N/A");
	put_formatted(text, "total_tx_formatted", tx);
	put_formatted(text, "total_rx_formatted", rx);
	put_rate(text, "total_bytes", tx + rx);
	put_formatted(text, "total_formatted", tx + rx);
	put_rate(text, "total_tx", tx);
	put_rate(text, "total_rx", rx);
	tm_text_character(text, '}');
}

void tracker_addresses(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	const char *process;
	struct tm_text *text;

	if (!tracker_ask(&question, history, request, " process ", 0))
		return;
	process = question.query.filter.process;
	if (get(history, request, &question, TM_HISTORY_BY_REMOTE,
			    process ? ROWS_MOST : ADDRESSES_MOST, &rows)) {
		text = tracker_begin(request,
				"{\"mode\":\"realtime\",\"seconds\":60,"
				"\"process_name\":");
		tm_json_string(text, process);
		tm_text_string(text, ",\"ips\":[");
		for (size_t i = 0; i < rows.count; i++) {
			tm_text_string(text, i ? "," : "");
			tracker_put_address(text, &rows.rows[i], process,
					seconds_of(&rows, &question));
		}
		tm_text_string(text, "]}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/history/top --- */

void tracker_top(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;
	double seconds;

	if (!tracker_ask(&question, history, request, " hours limit ", 1))
		return;
	if (get(history, request, &question, TM_HISTORY_BY_PROCESS,
			    request_parameter(request, "limit")
					    ? question.query.limit
					    : 10,
			    &rows)) {
		seconds = seconds_of(&rows, &question);
		text = tracker_begin(request, "{\"mode\":\"historical\"");
		tm_json_member_number(text, "hours", question.hours);
		tm_text_string(text, ",\"processes\":[");
		for (size_t i = 0; i < rows.count; i++) {
			const struct tm_history_row *const row = &rows.rows[i];

			tm_text_string(text, i ? ",{" : "{");
			tracker_put_name(text, "process_name", row->process);
			put_total(text, rate_of(row, TM_OUT, seconds),
					rate_of(row, TM_IN, seconds));
			put_records(text, row);
			tm_text_character(text, '}');
		}
		tm_text_string(text, "]}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/history/process/NAME --- */

static void put_minute(struct tm_text *text, const struct tm_history_row *row)
{
	char name[PROTOCOL_SIZE];

	put_time(text, "timestamp", row->time_ns, ' ');
	tm_text_string(text, ",\"pid\":null");
	tm_json_member_number(text, "tx_bytes", row->moved[TM_OUT].bytes);
	tm_json_member_number(text, "rx_bytes", row->moved[TM_IN].bytes);
	tm_json_member_string(text, "protocol", big_name(name, row->protocol));
}

void tracker_process(struct tm_history *history, struct request *request)
{
	const char *const process = request->path + strlen(TRACKER_PROCESS);
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;

	if (!tracker_ask(&question, history, request, " hours ", 24))
		return;
	question.query.filter.process = process;
	question.query.sort = TM_HISTORY_SORT_KEY;
	question.query.is_ascending = false;
	if (get(history, request, &question,
			    TM_HISTORY_BY_MINUTE | TM_HISTORY_BY_PROTOCOL,
			    ROWS_MOST, &rows)) {
		text = tracker_begin(request, "{\"process_name\":");
		tm_json_string(text, process);
		tm_json_member_number(text, "hours", question.hours);
		tm_text_string(text, ",\"history\":[");
		for (size_t i = 0; i < rows.count; i++) {
			tm_text_string(text, i ? ",{" : "{");
			put_minute(text, &rows.rows[i]);
			tm_text_character(text, '}');
		}
		tm_text_string(text, "]}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/processes --- */

void tracker_processes(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;

	if (!tracker_ask(&question, history, request, " hours ", 1))
		return;
	question.query.sort = TM_HISTORY_SORT_KEY;
	question.query.is_ascending = true;
	if (get(history, request, &question, TM_HISTORY_BY_PROCESS, ROWS_MOST,
			    &rows)) {
		text = tracker_begin(request, "{");
		tm_json_member_number(text, "hours", question.hours);
		tm_text_string(text, ",\"processes\":[");
		for (size_t i = 0; i < rows.count; i++) {
			const char *const name = rows.rows[i].process;

			tm_text_string(text, i ? "," : "");
			tm_json_string(text,
					!name			? TM_WORD_OTHERS
							: *name ? name
								: "unknown");
		}
		tm_text_character(text, ']');
		tm_json_member_number(text, "count", rows.count);
		tm_text_string(text, "}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/timeseries --- */

static void put_bin(struct tm_text *text,
		const struct tm_history_series *series, size_t at)
{
	const double seconds =
			(series->begins[at + 1] - series->begins[at]) / 1e9;
	uint64_t tx = 0, rx = 0;

	for (size_t i = 0; i < series->count; i++) {
		tx += series->lines[i].points[at].bytes[TM_OUT];
		rx += series->lines[i].points[at].bytes[TM_IN];
	}
	if (!(tx | rx))
		return;
	tm_text_string(text, text->at[text->size - 1] == '[' ? "{" : ",{");
	put_time(text, "timestamp", series->begins[at], 'T');
	put_rate(text, "tx_bytes", tx / seconds);
	put_rate(text, "rx_bytes", rx / seconds);
	tm_text_character(text, '}');
}

void tracker_series(struct tm_history *history, struct request *request)
{
	struct tm_history_series series = { 0 };
	struct web_question question;
	const char *process;
	struct tm_text *text;

	if (!tracker_ask(&question, history, request, " hours process ", 1))
		return;
	process = question.query.filter.process;
	if (tm_history_series(history,
			    &(struct tm_history_series_query){
					    .filter = question.query.filter,
					    .bins = 1500 },
			    &series)) {
		api_fail(history, request);
	} else {
		text = tracker_begin(request, "{");
		tm_json_member_number(text, "hours", question.hours);
		tm_json_member_string(text, "process_name",
				process ? process : "All Processes");
		tm_text_string(text, ",\"data\":[");
		for (size_t i = 0; i < series.bins; i++)
			put_bin(text, &series, i);
		tm_text_string(text, "]}\n");
	}
	tm_history_series_free(&series);
}
