#include <string.h>

#include "common/record/words.h"
#include "tm-web/api.h"
#include "tm-web/compat/tracker-parts.h"
#include "tm-web/compat/tracker.h"

/* --- /api/history/top --- */

void tracker_top(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;
	double seconds;

	if (!tracker_ask(&question, history, request, " hours limit ", 1))
		return;
	if (tracker_get(history, request, &question, TM_HISTORY_BY_PROCESS,
			    request_parameter(request, "limit")
					    ? question.query.limit
					    : 10,
			    &rows)) {
		seconds = tracker_seconds(&rows, &question);
		text = tracker_begin(request, "{\"mode\":\"historical\"");
		tm_json_member_number(text, "hours", question.hours);
		tm_text_string(text, ",\"processes\":[");
		for (size_t i = 0; i < rows.count; i++) {
			const struct tm_history_row *const row = &rows.rows[i];

			tm_text_string(text, i ? ",{" : "{");
			tracker_put_name(text, "process_name",
					row->texts[TM_KEY_PROCESS]);
			tracker_put_total(text,
					tracker_rate(row, TM_OUT, seconds),
					tracker_rate(row, TM_IN, seconds));
			tracker_put_records(text, row);
			tm_text_character(text, '}');
		}
		tm_text_string(text, "]}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/history/process/NAME --- */

static void put_minute(struct tm_text *text, const struct tm_history_row *row)
{
	char name[TRACKER_NAME_SIZE];

	tracker_put_time(text, "timestamp", row->time_ns, ' ');
	tm_text_string(text, ",\"pid\":null");
	tm_json_member_number(text, "tx_bytes", row->moved[TM_OUT].bytes);
	tm_json_member_number(text, "rx_bytes", row->moved[TM_IN].bytes);
	tm_json_member_string(text, "protocol", tracker_protocol(name, row));
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
	if (tracker_get(history, request, &question,
			    TM_HISTORY_BY_MINUTE | TM_HISTORY_BY_PROTOCOL,
			    TRACKER_ROWS_MOST, &rows)) {
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
	if (tracker_get(history, request, &question, TM_HISTORY_BY_PROCESS,
			    TRACKER_ROWS_MOST, &rows)) {
		text = tracker_begin(request, "{");
		tm_json_member_number(text, "hours", question.hours);
		tm_text_string(text, ",\"processes\":[");
		for (size_t i = 0; i < rows.count; i++) {
			const char *const name =
					rows.rows[i].texts[TM_KEY_PROCESS];

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
	tracker_put_time(text, "timestamp", series->begins[at], 'T');
	tracker_put_rate(text, "tx_bytes", tx / seconds);
	tracker_put_rate(text, "rx_bytes", rx / seconds);
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
