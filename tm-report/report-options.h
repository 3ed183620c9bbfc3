/* What the command line asks for. */
#ifndef TM_REPORT_REPORT_OPTIONS_H
#define TM_REPORT_REPORT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/sums/keys.h"
#include "styles.h"

struct report_options {
	const char *log;
	const struct style *style;
	uint64_t interval_ns, max_rows, top;
	struct tm_keys by;
	struct tm_order order;
	uint64_t limit;	  /* bytes of a user, 0 = none */
	const char *user; /* of the one line */
	bool has_interval, has_connections, has_bytes, has_packets;
	bool has_no_loopback; /* what moved within this machine */
	bool is_numeric, is_quiet, is_strict;
};

/* Ends the process where there is nothing to report. The operands. */
char **report_options_parse(
		struct report_options *options, int argc, char **argv);

#endif
