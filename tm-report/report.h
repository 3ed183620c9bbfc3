/* What a report is made of, and the forms that it is written in. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/names.h"
#include "common/table.h"
#include "runs.h"
#include "sums.h"

#define USER_SIZE (6 * TM_NAME_PARTS * TM_NAME_SIZE + 1)

struct report {
	FILE *out;
	const struct sums *total;    /* since the stream's first event */
	const struct sums *interval; /* NULL = it was not kept */
	const struct runs *runs;
	struct tm_names *names;
	uint64_t first_ns, start_ns, end_ns; /* stream, interval, now */
	uint32_t top;			     /* rows at most; 0 = all */
	bool is_numeric;
	bool is_repeated; /* others come before or after */
	bool is_first;
	bool is_last;
	bool is_quiet;
};

typedef void style_fn(const struct report *report);

/* The reports of pdtt: only users; the rest is said on standard error. */
style_fn write_pdtt, write_pdtt_xdp;

/* For people: the rates of the interval, at the end all totals. */
style_fn write_table;

/* All totals, for people and for programs. */
style_fn write_totals, write_csv, write_json;

/* The user's name as it came, or its number with is_numeric; NULL where there
 * is none. */
const char *user_name(const struct report *report, uint32_t uid);

/* What there was in all. */
struct tm_shares all_shares(const struct report *report);

/* The rows to be shown, NULL-terminated, the largest first; what is beyond
 * them is in *rest. NULL when there is no memory. */
const struct row **choose_rows(
	const struct report *report, const struct sums *sums, struct row *rest);

bool row_is_empty(const struct row *row);

#endif
