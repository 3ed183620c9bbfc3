/* What a report is made of, and the forms that it is written in. */
#ifndef TM_REPORT_REPORT_H
#define TM_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/show/table.h"
#include "common/sums/rank.h"
#include "tally.h"

struct report {
	FILE *out;
	const struct tally *tally;
	struct tm_key_sources sources;
	uint64_t first_ns, start_ns, end_ns; /* stream, interval, now */
	struct tm_order order;
	uint32_t top; /* rows at most; 0 = all */
	bool has_bytes, has_packets;
	bool is_repeated; /* others come before or after */
	bool is_first;
	bool is_last;
	bool is_quiet;
	const char *user; /* of --oneline */
};

typedef void style_fn(const struct report *report);

/* The reports of pdtt: only users; the rest is said on standard error. */
style_fn style_write_pdtt, style_write_pdtt_xdp;

/* For people: the rates of the interval, at the end all totals. */
style_fn style_write_table;

/* The rates of the interval alone. */
style_fn style_write_rates;

/* All totals, for programs. */
style_fn style_write_csv, style_write_json;

/* The table of a tracker of processes. */
style_fn style_write_processes;

/* A line on one user, as vnstat has it of an interface. */
style_fn style_write_oneline;

/* The rows to be shown, at most so many, 0 = all. Ends the program when there
 * is no memory. */
struct tm_ranking report_rank(const struct report_view *view,
		const struct tm_sums *sums, struct tm_order order,
		uint32_t most);

/* NULL where it has none; the function's own. */
const char *report_user_name(const struct report *report, uint32_t uid);

/* Takes what a table writes, for a FILE. */
int write_file(void *context, const char *text, size_t size);

/* Says where the bytes went on standard error, for forms without a place for
 * it, in the last report. */
void report_say_shares(const struct report *report);

#endif
