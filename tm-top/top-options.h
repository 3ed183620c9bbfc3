/* What the command line asks for. */
#ifndef TM_TOP_TOP_OPTIONS_H
#define TM_TOP_TOP_OPTIONS_H

#include "levels.h"
#include "top-rows.h"

#define SPEED_MOST 1000000

struct top_options {
	const char **expressions; /* NULL after the last */
	size_t expression_count;
	uint64_t interval_ns; /* 0 = not given */
	uint64_t count;	      /* of tables with is_batch, 0 = no limit */
	uint64_t top;	      /* rows of such a table, 0 = all */
	double speed;	      /* of a recording, 0 = as fast as possible */
	struct tm_keys by;
	struct tm_projects *projects;
	struct sorting sorting;
	uint32_t max_rows;
	bool has_no_loopback;
	bool has_sorting, is_batch, is_numeric, is_bytes, is_quiet, is_strict;
};

/* Ends the process if there is nothing to show. Returns the operands. */
char **top_options_parse(struct top_options *options, int argc, char **argv);

#endif
