#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/escape.h"
#include "common/exit.h"
#include "report.h"

static void write_amount(
	FILE *out, const char *what, uint64_t bytes, uint64_t packets)
{
	fprintf(out, "  %s: %" PRIu64 " bytes (%" PRIu64 " packets)\n", what,
		bytes, packets);
}

static void write_user(
	const struct report *report, const struct row *row, bool is_xdp)
{
	const char *name = user_name(report, row->uid);
	static char text[USER_SIZE];
	FILE *const out = report->out;

	if (!name)
		name = "unknown";
	tm_escape_text(text, sizeof(text), name, strlen(name));
	fprintf(out, "UID: %u | Username: %s\n", row->uid, text);
	if (is_xdp) {
		fprintf(out, "  Total: %" PRIu64 " bytes\n", row_bytes(row));
	} else {
		write_amount(out, "TX", row->moved[TM_OUT].bytes,
			row->moved[TM_OUT].packets);
		write_amount(out, "RX", row->moved[TM_IN].bytes,
			row->moved[TM_IN].packets);
		write_amount(out, "Total", row_bytes(row), row_packets(row));
	}
	fputs("---\n", out);
}

/* What the form has no place for, where it has grown since it was said. */
static void say_rest(const struct report *report)
{
	static uint64_t said;
	const struct sums *total = report->total;
	const uint64_t packets = row_packets(&total->nobody) +
				 row_packets(&total->others) +
				 total->lost.packets;
	char time[TM_TIME_SIZE], others[80] = "";

	if (packets == said || (report->is_quiet && !total->lost.packets))
		return;
	said = packets;
	if (!row_is_empty(&total->others))
		snprintf(others, sizeof(others),
			", other users' %" PRIu64 " bytes (%" PRIu64
			" packets)",
			row_bytes(&total->others), row_packets(&total->others));
	warnx("%s: nobody's %" PRIu64 " bytes (%" PRIu64
	      " packets), lost %" PRIu64 " bytes (%" PRIu64 " packets)%s",
		tm_time_format(time, report->end_ns), row_bytes(&total->nobody),
		row_packets(&total->nobody), total->lost.bytes,
		total->lost.packets, others);
}

static void write_users(const struct report *report, bool is_xdp)
{
	const struct row **const rows = sums_by_uid(report->total);
	char time[TM_TIME_SIZE];

	if (!rows)
		err(TM_FAILED, NULL);
	fprintf(report->out, "\n=== Network Statistics Report [%s] ===\n",
		tm_time_format(time, report->end_ns));
	for (uint32_t i = 0; i < report->total->index.count; i++)
		write_user(report, rows[i], is_xdp);
	free(rows);
	say_rest(report);
}

void write_pdtt(const struct report *report)
{
	write_users(report, false);
}

void write_pdtt_xdp(const struct report *report)
{
	write_users(report, true);
}
