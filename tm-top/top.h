/* A stream being counted, as a whole and as a filter sees it. */
#ifndef TM_TOP_TOP_H
#define TM_TOP_TOP_H

#include "common/filter/filter.h"
#include "common/stream/loopback.h"
#include "common/stream/open-runs.h"
#include "common/sums/ports.h"
#include "feed.h"
#include "top-options.h"

/* Where the stream comes from, and whether it still does. */
struct source {
	char host[TM_HOST_SIZE + 1]; /* of the latest START, empty = none */
	struct tm_open_runs runs;
	bool has_ticks;
	uint64_t tick_ns;  /* of the latest TICK, */
	uint64_t heard_ns; /* and when it came, by CLOCK_MONOTONIC */
};

struct top_question {
	struct tm_filter filter;
	struct traffic traffic; /* that it kept */
	char *text;
};

struct top {
	const struct top_options *options;
	struct feed feed;
	struct source source;
	struct tm_names *names;
	struct tm_ports *ports;
	struct tm_loopback loopback;
	struct traffic all;
	struct top_question *question; /* NULL = everything is shown */
	bool is_over;		       /* a slot, since this was last cleared */
	uint64_t heard_ns;	       /* CLOCK_MONOTONIC of the latest event */
	uint64_t reset_ns; /* by the stream, when totals were reset, 0 = never
			    */
	uint64_t reset_at; /* events that had been taken then */
};

/* What is said of the whole stream, whatever is shown of it. */
struct summary {
	struct source source;
	uint64_t time_ns; /* of the stream */
	double events_per_second;
	uint64_t bytes;
	struct tm_amount nobody, unattributed, lost;
	struct tm_amount loopback; /* that is counted at both ends */
};

/* 0, or -1 when there is no memory. */
int top_start(struct top *top, const struct top_options *options);

/* Counts what there is; false when there was nothing. With is_batch no further
 * than to the end of a slot. *failed is set when there is no memory. */
bool top_take(struct top *top, bool *failed);

/* A live stream without TICKs that is silent goes on by this machine's clock,
 * so that rates fall. */
void top_pass(struct top *top);

/* Whether the events come from this host, now. */
bool top_is_here(const struct top *top);

/* What the texts of keys depend on. */
struct tm_key_sources top_sources(const struct top *top);

/* Sets the keys of a place to those of the command line. */
void top_set_keys(const struct top *top, struct list_place *place);

/* Totals and peaks count from now on, whatever is shown. */
void top_reset(struct top *top);

void top_sum_up(const struct top *top, struct summary *summary);

/* What is shown. */
struct traffic *top_shown(struct top *top);

#define WRONG_SIZE TM_EXPRESSION_PROBLEM

/* Asks anew, from now on (of a recording from its beginning), or nothing at all
 * where text is empty. 0; or -1 with
 * why in problem and where in *column, in bytes: the question stays. */
int top_ask(struct top *top, const char *text, char problem[WRONG_SIZE],
		size_t *column);

/* The questions of the command line; ends the program where one is wrong. */
void top_ask_first(struct top *top, char *const *files);

/* A name of the question that nothing has had so far, or NULL. */
const char *top_unknown_name(const struct top *top);

#endif
