/* The reports of pdtt, byte for byte. */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/net/address.h"
#include "tm-report/report.h"

#define USER_SIZE (6 * TM_NAME_PARTS * TM_NAME_SIZE + 1)

static void write_amount(
		FILE *out, const char *what, uint64_t bytes, uint64_t packets)
{
	fprintf(out, "  %s: %" PRIu64 " bytes (%" PRIu64 " packets)\n", what,
			bytes, packets);
}

static void write_heading(const struct report *report, const char *what)
{
	char time[TM_TIME_SIZE];

	fprintf(report->out, "\n=== %s [%s] ===\n", what,
			tm_time_format(time, report->end_ns));
}

static void write_user(const struct report *report, uint32_t uid)
{
	const char *name = report_user_name(report, uid);
	static char text[USER_SIZE];

	if (!name)
		name = "unknown";
	tm_escape_text(text, sizeof(text), name, strlen(name));
	fprintf(report->out, "UID: %u | Username: %s\n", uid, text);
}

static void pdtt_write_amounts(FILE *out, const struct tm_sum *row)
{
	write_amount(out, "TX", row->moved[TM_OUT].bytes,
			row->moved[TM_OUT].packets);
	write_amount(out, "RX", row->moved[TM_IN].bytes,
			row->moved[TM_IN].packets);
}

/* What the form has no place for, where it has grown since it was said. */
static void say_rest(const struct report *report, const struct tm_sums *users)
{
	static uint64_t said;
	const struct tm_shares *const shares = &report->tally->shares;
	const uint64_t packets = tm_sum_packets(&users->nobody) +
			tm_sum_packets(&users->others) + shares->lost.packets +
			shares->unattributed.packets;
	char time[TM_TIME_SIZE], others[80] = "", beside[80] = "";

	if (packets == said || (report->is_quiet && !shares->lost.packets))
		return;
	said = packets;
	if (!tm_sum_is_empty(&users->others))
		snprintf(others, sizeof(others),
				", other users' %" PRIu64 " bytes (%" PRIu64
				" packets)",
				tm_sum_bytes(&users->others),
				tm_sum_packets(&users->others));
	if (shares->has_unattributed)
		snprintf(beside, sizeof(beside),
				", unattributed %" PRIu64 " bytes (%" PRIu64
				" packets)",
				shares->unattributed.bytes,
				shares->unattributed.packets);
	warnx("%s: unowned %" PRIu64 " bytes (%" PRIu64
	      " packets), lost %" PRIu64 " bytes (%" PRIu64 " packets)%s%s",
			tm_time_format(time, report->end_ns),
			tm_sum_bytes(&users->nobody),
			tm_sum_packets(&users->nobody), shares->lost.bytes,
			shares->lost.packets, others, beside);
}

/* Connections: the words of user, process (2), pid, local (2), local_port,
 * remote (2), remote_port, protocol. */

static void write_end(FILE *out, const char *what, const uint64_t *words)
{
	char text[TM_ADDRESS_SIZE + 1];
	uint8_t address[16];
	bool is_ipv4;

	tm_key_bytes_of(words, address);
	is_ipv4 = tm_address_is_ipv4(address);
	*tm_address_format(text, address) = '\0';
	fprintf(out,
			is_ipv4 ? "  %s: %s:%" PRIu64 "\n"
				: "  %s: [%s]:%" PRIu64 "\n",
			what, text, words[2]);
}

static void write_connection(const struct report *report, const uint64_t *words,
		const struct tm_sum *row)
{
	char comm[TM_COMM_SIZE + 1], text[6 * TM_COMM_SIZE + 1];
	FILE *const out = report->out;

	tm_key_bytes_of(words + 1, comm);
	comm[TM_COMM_SIZE] = '\0';
	if (!*comm)
		strcpy(comm, "unknown");
	tm_escape_text(text, sizeof(text), comm, strlen(comm));
	write_heading(report, "Per-Connection Statistics");
	write_user(report, words[0]);
	fprintf(out, "Process: %s (PID: %" PRIu64 ")\n", text, words[3]);
	write_end(out, "Source", words + 4);
	write_end(out, "Destination", words + 7);
	pdtt_write_amounts(out, row);
	fprintf(out, "  Total: %" PRIu64 " bytes\n", tm_sum_bytes(row));
	fputs("---\n", out);
}

static bool has_ends(const uint64_t *words)
{
	return words[4] | words[5] | words[7] | words[8];
}

/* Those of users, the largest first; what was lost has no ends to tell. */
static void write_connections(const struct report *report)
{
	const struct report_view *const view =
			&report->tally->views[VIEW_CONNECTIONS];
	struct tm_ranking ranking = report_rank(view, &view->total,
			(struct tm_order){ TM_BY_TOTAL, 0 }, 0);
	uint32_t shown = 0;

	for (uint32_t i = 0; i < ranking.count; i++) {
		const uint64_t *const words =
				tm_sums_key(&view->total, ranking.rows[i].row);

		if (*words == TM_NOBODY || !has_ends(words) ||
				(report->top && shown == report->top))
			continue;
		write_connection(report, words,
				&view->total.rows[ranking.rows[i].row]);
		shown++;
	}
	free(ranking.rows);
}

static void write_users(const struct report *report, bool is_xdp)
{
	const struct report_view *const view = &report->tally->views[VIEW_ROWS];
	const struct tm_sums *const users = &view->total;
	struct tm_ranking ranking = report_rank(
			view, users, (struct tm_order){ TM_BY_KEY, 0 }, 0);

	write_heading(report, "Network Statistics Report");
	for (uint32_t i = 0; i < ranking.count; i++) {
		const struct tm_sum *const row =
				&users->rows[ranking.rows[i].row];

		write_user(report, *tm_sums_key(users, ranking.rows[i].row));
		if (is_xdp) {
			fprintf(report->out, "  Total: %" PRIu64 " bytes\n",
					tm_sum_bytes(row));
		} else {
			pdtt_write_amounts(report->out, row);
			write_amount(report->out, "Total", tm_sum_bytes(row),
					tm_sum_packets(row));
		}
		fputs("---\n", report->out);
	}
	free(ranking.rows);
	if (report->tally->views[VIEW_CONNECTIONS].is_wanted)
		write_connections(report);
	say_rest(report, users);
}

void style_write_pdtt(const struct report *report)
{
	write_users(report, false);
}

void style_write_pdtt_xdp(const struct report *report)
{
	write_users(report, true);
}
