/* What the command line asks for. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

struct options {
	const char *log;
	style_fn *style;
	uint64_t interval_ns, max_rows, top;
	bool has_interval, is_by, is_numeric, is_quiet, is_strict;
};

/* Ends the program where there is nothing to report. */
void options_parse(struct options *options, int argc, char **argv);

#endif
