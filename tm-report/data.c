#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/escape.h"
#include "common/exit.h"
#include "common/timestamp.h"
#include "report.h"

#define SECOND_NS UINT64_C(1000000000)

static const struct row **all_rows(
	const struct report *report, struct row *rest)
{
	const struct row **rows = choose_rows(report, report->total, rest);

	if (!rows)
		err(TM_FAILED, NULL);
	return rows;
}

/* RFC 4180; a spreadsheet takes what begins with =+-@ for a formula. */
static void write_csv_text(FILE *out, const char *name)
{
	static char text[USER_SIZE];

	tm_escape_text(text, sizeof(text), name, strlen(name));
	putc('"', out);
	if (strchr("=+-@", *text) && *text)
		putc('\'', out);
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			putc('"', out);
		putc(*p, out);
	}
	putc('"', out);
}

static bool is_word(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") ==
	       strlen(text);
}

static void write_csv_row(const struct report *report, const char *uid,
	const char *name, const struct row *row)
{
	FILE *const out = report->out;

	if (report->is_repeated)
		fprintf(out, "%" PRIu64 ".%09" PRIu64 ",",
			report->end_ns / SECOND_NS, report->end_ns % SECOND_NS);
	fprintf(out, "%s,", uid);
	if (name && is_word(name))
		fputs(name, out);
	else if (name)
		write_csv_text(out, name);
	fprintf(out,
		",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
		",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
		row->moved[TM_IN].bytes, row->moved[TM_OUT].bytes,
		row_bytes(row), row->moved[TM_IN].packets,
		row->moved[TM_OUT].packets, row_packets(row),
		row->lost[TM_IN].bytes + row->lost[TM_OUT].bytes,
		row->lost[TM_IN].packets + row->lost[TM_OUT].packets);
}

void write_csv(const struct report *report)
{
	struct row rest;
	const struct row **const rows = all_rows(report, &rest);
	char uid[16];

	if (report->is_first)
		fprintf(report->out,
			"%suid,user,in,out,total,packets_in,packets_out,"
			"packets,lost,lost_packets\n",
			report->is_repeated ? "time," : "");
	for (const struct row **row = rows; *row; row++) {
		snprintf(uid, sizeof(uid), "%u", (*row)->uid);
		write_csv_row(
			report, uid, user_name(report, (*row)->uid), *row);
	}
	if (!row_is_empty(&rest))
		write_csv_row(report, "", "(others)", &rest);
	if (!row_is_empty(&report->total->nobody))
		write_csv_row(
			report, "4294967295", "none", &report->total->nobody);
	free(rows);
	if (report->is_last && !report->is_quiet)
		write_shares(stderr, report);
}

static void write_json_row(const struct report *report, const char *before,
	const char *uid, const char *name, const struct row *row)
{
	static char text[USER_SIZE];
	FILE *const out = report->out;

	fprintf(out, "%s{\"uid\":%s,\"user\":", before, uid);
	if (name) {
		tm_escape_json(text, sizeof(text), name, strlen(name));
		fprintf(out, "\"%s\"", text);
	} else {
		fputs("null", out);
	}
	fprintf(out,
		",\"in\":%" PRIu64 ",\"out\":%" PRIu64 ",\"total\":%" PRIu64
		",\"packets_in\":%" PRIu64 ",\"packets_out\":%" PRIu64
		",\"packets\":%" PRIu64 ",\"lost\":%" PRIu64
		",\"lost_packets\":%" PRIu64 "}",
		row->moved[TM_IN].bytes, row->moved[TM_OUT].bytes,
		row_bytes(row), row->moved[TM_IN].packets,
		row->moved[TM_OUT].packets, row_packets(row),
		row->lost[TM_IN].bytes + row->lost[TM_OUT].bytes,
		row->lost[TM_IN].packets + row->lost[TM_OUT].packets);
}

static void write_json_rows(const struct report *report)
{
	struct row rest;
	const struct row **const rows = all_rows(report, &rest);
	const char *before = "";
	char uid[16];

	for (const struct row **row = rows; *row; row++) {
		snprintf(uid, sizeof(uid), "%u", (*row)->uid);
		write_json_row(report, before, uid,
			user_name(report, (*row)->uid), *row);
		before = ",";
	}
	if (!row_is_empty(&rest)) {
		write_json_row(report, before, "null", "(others)", &rest);
		before = ",";
	}
	if (!row_is_empty(&report->total->nobody))
		write_json_row(report, before, "4294967295", "none",
			&report->total->nobody);
	free(rows);
}

static void write_json_amount(
	FILE *out, const char *what, const struct tm_amount *amount)
{
	fprintf(out, ",\"%s\":{\"bytes\":%" PRIu64 ",\"packets\":%" PRIu64 "}",
		what, amount->bytes, amount->packets);
}

static void write_json_time(FILE *out, const char *what, uint64_t time_ns)
{
	char text[TM_TIMESTAMP_SIZE];
	const char *const end = tm_timestamp_format(text, time_ns);

	fprintf(out, ",\"%s\":\"%.*s\",\"%s_ns\":%" PRIu64, what,
		(int)(end - text), text, what, time_ns);
}

void write_json(const struct report *report)
{
	const struct sums *total = report->total;
	const struct tm_amount excluded = runs_excluded(report->runs);
	FILE *const out = report->out;

	fputs("{\"version\":1", out);
	write_json_time(out, "from", report->first_ns);
	write_json_time(out, "to", report->end_ns);
	fputs(",\"by\":[\"user\"],\"rows\":[", out);
	write_json_rows(report);
	putc(']', out);
	write_json_amount(out, "attributed", &total->attributed);
	write_json_amount(out, "nobody", &total->unowned);
	write_json_amount(out, "lost", &total->lost);
	write_json_amount(out, "excluded", &excluded);
	fputs("}\n", out);
}
