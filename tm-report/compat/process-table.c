/* The table of a tracker of processes, by its columns: rates of an interval,
 * at the end totals. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/escape.h"
#include "common/base/exit.h"
#include "common/base/width.h"
#include "common/net/address.h"
#include "tm-report/report.h"

#define TOP 20
#define REMOTES 20 /* of a process, the largest */
#define TCP 6
#define UDP 17
#define WIDTH 130

/* Keys begin with pid and process; then the protocol, or the remote (2). */
#define PROCESS_WORDS 3

struct remote {
	uint64_t bytes;
	const uint64_t *words;
};

struct process {
	const struct tm_sum *tcp, *udp;
	struct remote remotes[REMOTES]; /* the largest first */
	uint32_t remote_count;		/* all of them */
};

/* The processes shown, numbered as the rows of their sums. */
struct listing {
	const struct report *report;
	double seconds; /* that the amounts are of, 1 for totals */
	struct tm_sums sums;
	struct process *processes;
};

static const struct tm_sums *sums_of(
		const struct report *report, enum view_name name)
{
	const struct report_view *const view = &report->tally->views[name];

	return report->is_last ? &view->total : &view->now;
}

/* By process, of what is by process and protocol. */
static void processes_add_up(struct tm_sums *all, const struct tm_sums *parts)
{
	bool is_new;

	tm_sums_init(all, PROCESS_WORDS, parts->max_rows);
	for (uint32_t i = 0; i < parts->count; i++)
		tm_sum_add(tm_sums_at(all, tm_sums_key(parts, i), &is_new),
				&parts->rows[i]);
}

static void list_processes(struct listing *listing, const struct tm_sums *parts)
{
	const struct report *const report = listing->report;
	const struct report_view view = { 0 };
	struct tm_ranking ranking;
	struct tm_sums all;
	bool is_new;

	processes_add_up(&all, parts);
	ranking = report_rank(&view, &all, (struct tm_order){ TM_BY_TOTAL, 0 },
			report->top ? report->top : TOP);
	tm_sums_init(&listing->sums, PROCESS_WORDS, UINT32_MAX);
	for (uint32_t i = 0; i < ranking.count; i++)
		*tm_sums_at(&listing->sums,
				tm_sums_key(&all, ranking.rows[i].row),
				&is_new) = all.rows[ranking.rows[i].row];
	free(ranking.rows);
	tm_sums_free(&all);
	listing->processes = calloc(
			listing->sums.count + 1, sizeof(*listing->processes));
	if (!listing->processes)
		err(TM_FAILED, NULL);
}

static void find_protocols(struct listing *listing, const struct tm_sums *parts)
{
	uint64_t key[PROCESS_WORDS + 1];

	for (uint32_t i = 0; i < listing->sums.count; i++) {
		memcpy(key, tm_sums_key(&listing->sums, i),
				PROCESS_WORDS * sizeof(*key));
		key[PROCESS_WORDS] = TCP;
		listing->processes[i].tcp = tm_sums_find(parts, key);
		key[PROCESS_WORDS] = UDP;
		listing->processes[i].udp = tm_sums_find(parts, key);
	}
}

static bool is_before(const struct remote *a, const struct remote *b)
{
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes;
	return a->words[0] != b->words[0] ? a->words[0] < b->words[0]
					  : a->words[1] < b->words[1];
}

static void note_remote(struct process *process, struct remote remote)
{
	uint32_t at = process->remote_count++;

	if (at >= REMOTES) {
		at = REMOTES - 1;
		if (is_before(&process->remotes[at], &remote))
			return;
	}
	for (; at && is_before(&remote, &process->remotes[at - 1]); at--)
		process->remotes[at] = process->remotes[at - 1];
	process->remotes[at] = remote;
}

static void find_remotes(struct listing *listing, const struct tm_sums *sums)
{
	for (uint32_t i = 0; i < sums->count; i++) {
		const uint64_t *const key = tm_sums_key(sums, i);
		const uint64_t *const words = key + PROCESS_WORDS;
		const struct tm_sum *const row =
				tm_sums_find(&listing->sums, key);

		if (row && (words[0] | words[1]))
			note_remote(&listing->processes[row -
						    listing->sums.rows],
					(struct remote){
							tm_sum_bytes(&sums->rows[i]),
							words });
	}
}

static void write_line(FILE *out)
{
	for (unsigned i = 0; i < WIDTH; i++)
		putc('=', out);
	putc('\n', out);
}

static void write_size(const struct listing *listing, uint64_t bytes, int width)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB",
		"PB" };
	double value = bytes / listing->seconds;
	char text[64];
	unsigned unit = 0;

	for (; value >= 1024 && unit < 5; unit++)
		value /= 1024;
	snprintf(text, sizeof(text), "%.2f %s", value, units[unit]);
	fprintf(listing->report->out, "%-*s ", width, text);
}

static void processes_write_name(FILE *out, const uint64_t *words)
{
	char comm[TM_COMM_SIZE + 1], text[6 * TM_COMM_SIZE + 1];
	size_t size, used;

	tm_key_bytes_of(words, comm);
	comm[TM_COMM_SIZE] = '\0';
	tm_escape_text(text, sizeof(text), *comm ? comm : "unknown",
			*comm ? strlen(comm) : 7);
	size = tm_width_fit(text, 20, &used);
	fprintf(out, "%.*s%*s ", (int)size, text, (int)(20 - used), "");
}

static void write_remotes(FILE *out, const struct process *process)
{
	const uint32_t shown = process->remote_count < REMOTES
			? process->remote_count
			: REMOTES;
	char text[TM_ADDRESS_SIZE + 1] = "N/A";
	uint8_t address[16];
	int width = 20;

	for (uint32_t i = 0; i < shown; i++) {
		tm_key_bytes_of(process->remotes[i].words, address);
		*tm_address_format(text, address) = '\0';
		width -= fprintf(out, i ? "|%s" : "%s", text);
	}
	if (!shown)
		width -= fprintf(out, "%s", text);
	if (shown < process->remote_count)
		width -= fprintf(out, "|+%u", process->remote_count - shown);
	fprintf(out, "%*s\n", width > 0 ? width : 0, "");
}

static void write_process(const struct listing *listing, uint32_t number)
{
	static const struct tm_sum nothing;
	const struct process *const process = &listing->processes[number];
	const uint64_t *const key = tm_sums_key(&listing->sums, number);
	const struct tm_sum *const rows[] = { &listing->sums.rows[number],
		process->tcp ? process->tcp : &nothing,
		process->udp ? process->udp : &nothing };
	FILE *const out = listing->report->out;

	fprintf(out, "%-8u ", (unsigned)*key);
	processes_write_name(out, key + 1);
	for (int i = 0; i < 3; i++) {
		write_size(listing, rows[i]->moved[TM_OUT].bytes, i ? 12 : 15);
		write_size(listing, rows[i]->moved[TM_IN].bytes, i ? 12 : 15);
	}
	write_remotes(out, process);
}

static void write_listing(const struct listing *listing)
{
	const struct report *const report = listing->report;
	FILE *const out = report->out;
	char time[TM_TIME_SIZE];

	fprintf(out, "\n[%s] Bandwidth Usage (%s)\n\n",
			tm_time_format(time, report->end_ns),
			report->is_last ? "Total" : "Rate per second");
	write_line(out);
	fprintf(out, "%-8s %-20s %-15s %-15s %-12s %-12s %-12s %-12s %-20s\n",
			"PID", "Process", "TX (Total)", "RX (Total)", "TCP TX",
			"TCP RX", "UDP TX", "UDP RX", "Remote IPs");
	write_line(out);
	for (uint32_t i = 0; i < listing->sums.count; i++)
		write_process(listing, i);
	write_line(out);
}

void style_write_processes(const struct report *report)
{
	const struct tm_sums *const parts = sums_of(report, VIEW_PROTOCOLS);
	const uint64_t length_ns = report->end_ns - report->start_ns;
	struct listing listing = { .report = report, .seconds = 1 };

	if (!report->is_last && length_ns)
		listing.seconds = length_ns / 1e9;
	list_processes(&listing, parts);
	find_protocols(&listing, parts);
	find_remotes(&listing, sums_of(report, VIEW_REMOTES));
	write_listing(&listing);
	free(listing.processes);
	tm_sums_free(&listing.sums);
	if (!tm_sum_is_empty(&parts->others))
		warnx("%ju bytes are of processes beyond --max-rows",
				(uintmax_t)tm_sum_bytes(&parts->others));
	report_say_shares(report);
}
