#include <stdlib.h>
#include <string.h>

#include "common/record/words.h"
#include "tm-web/compat/tracker-parts.h"
#include "tm-web/compat/tracker.h"

#define CURRENT_MOST 50
#define ADDRESSES_MOST 20

enum { TCP = 6, UDP = 17 };

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
		const char *const name = row->texts[TM_KEY_PROCESS]
				? row->texts[TM_KEY_PROCESS]
				: "";
		const unsigned which = row->ids[TM_KEY_PROTOCOL] == UDP;
		unsigned at = 0;

		while (at < count && strcmp(processes[at].name, name))
			at++;
		if (at == most)
			continue;
		if (at == count)
			processes[count++] = (struct process){ .name = name };
		processes[at].tx += tracker_rate(row, TM_OUT, seconds);
		processes[at].rx += tracker_rate(row, TM_IN, seconds);
		if (row->ids[TM_KEY_PROTOCOL] != TCP &&
				row->ids[TM_KEY_PROTOCOL] != UDP)
			continue;
		processes[at].sent[which] += tracker_rate(row, TM_OUT, seconds);
		processes[at].received[which] +=
				tracker_rate(row, TM_IN, seconds);
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
	tracker_put_rate(text, "tx_bytes", process->tx);
	tracker_put_rate(text, "rx_bytes", process->rx);
	tracker_put_rate(text, "tcp_tx", process->sent[0]);
	tracker_put_rate(text, "tcp_rx", process->received[0]);
	tracker_put_rate(text, "udp_tx", process->sent[1]);
	tracker_put_rate(text, "udp_rx", process->received[1]);
	tracker_put_formatted(text, "tx_formatted", process->tx);
	tracker_put_formatted(text, "rx_formatted", process->rx);
	tracker_put_rate(text, "total_bytes", process->tx + process->rx);
	tracker_put_formatted(
			text, "total_formatted", process->tx + process->rx);
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
	if (tracker_get(history, request, &question,
			    TM_HISTORY_BY_PROCESS | TM_HISTORY_BY_PROTOCOL,
			    TRACKER_ROWS_MOST, &rows)) {
		count = tracker_add_up(processes, 512, &rows,
				tracker_seconds(&rows, &question));
		qsort(processes, count, sizeof(*processes), tracker_compare);
		text = tracker_begin(request, "{");
		tracker_put_time(text, "timestamp", question.now_ns, 'T');
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

void tracker_summary(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;
	double seconds;

	if (!tracker_ask(&question, history, request, " ", 0))
		return;
	if (tracker_get(history, request, &question, TM_HISTORY_BY_PROCESS, 1,
			    &rows)) {
		seconds = tracker_seconds(&rows, &question);
		text = tracker_begin(request,
				"{\"mode\":\"realtime\",\"seconds\":60,"
				"\"stats\":{");
		tm_json_member_number(text, "process_count", rows.found);
		tm_text_string(text, ",\"pid_count\":null");
		tracker_put_records(text, &rows.sum);
		tracker_put_total(text,
				tracker_rate(&rows.sum, TM_OUT, seconds),
				tracker_rate(&rows.sum, TM_IN, seconds));
		tm_text_string(text, "}}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/protocol/breakdown --- */

static void tracker_put_protocol(struct tm_text *text,
		const struct tm_history_row *row, double seconds)
{
	const double tx = tracker_rate(row, TM_OUT, seconds);
	const double rx = tracker_rate(row, TM_IN, seconds);
	char name[TRACKER_NAME_SIZE];

	tm_json_member(text, tracker_protocol(name, row));
	tm_text_character(text, '{');
	tracker_put_rate(text, "tx_bytes", tx);
	tracker_put_rate(text, "rx_bytes", rx);
	tracker_put_formatted(text, "tx_formatted", tx);
	tracker_put_formatted(text, "rx_formatted", rx);
	tracker_put_rate(text, "total_bytes", tx + rx);
	tracker_put_formatted(text, "total_formatted", tx + rx);
	tm_text_character(text, '}');
}

void tracker_protocols(struct tm_history *history, struct request *request)
{
	struct tm_history_rows rows = { 0 };
	struct web_question question;
	struct tm_text *text;

	if (!tracker_ask(&question, history, request, " process ", 0))
		return;
	if (tracker_get(history, request, &question, TM_HISTORY_BY_PROTOCOL,
			    256, &rows)) {
		text = tracker_begin(request,
				"{\"mode\":\"realtime\",\"seconds\":60,"
				"\"protocols\":{");
		for (size_t i = 0; i < rows.count; i++)
			tracker_put_protocol(text, &rows.rows[i],
					tracker_seconds(&rows, &question));
		tm_text_string(text, "}}\n");
	}
	tm_history_rows_free(&rows);
}

/* --- /api/ip/breakdown --- */

static void tracker_put_address(struct tm_text *text,
		const struct tm_history_row *row, const char *process,
		double seconds)
{
	const double tx = tracker_rate(row, TM_OUT, seconds);
	const double rx = tracker_rate(row, TM_IN, seconds);

	tm_text_string(text, "{\"remote_ip\":");
	tm_json_string(text,
			row->texts[TM_KEY_REMOTE] ? row->texts[TM_KEY_REMOTE]
						  : TM_WORD_OTHERS);
	tracker_put_rate(text, "tx_rate", tx);
	tracker_put_rate(text, "rx_rate", rx);
	tm_json_member_string(text, "process_name", process ? process : "N/A");
	tracker_put_formatted(text, "total_tx_formatted", tx);
	tracker_put_formatted(text, "total_rx_formatted", rx);
	tracker_put_rate(text, "total_bytes", tx + rx);
	tracker_put_formatted(text, "total_formatted", tx + rx);
	tracker_put_rate(text, "total_tx", tx);
	tracker_put_rate(text, "total_rx", rx);
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
	if (tracker_get(history, request, &question, TM_HISTORY_BY_REMOTE,
			    process ? TRACKER_ROWS_MOST : ADDRESSES_MOST,
			    &rows)) {
		text = tracker_begin(request,
				"{\"mode\":\"realtime\",\"seconds\":60,"
				"\"process_name\":");
		tm_json_string(text, process);
		tm_text_string(text, ",\"ips\":[");
		for (size_t i = 0; i < rows.count; i++) {
			tm_text_string(text, i ? "," : "");
			tracker_put_address(text, &rows.rows[i], process,
					tracker_seconds(&rows, &question));
		}
		tm_text_string(text, "]}\n");
	}
	tm_history_rows_free(&rows);
}
