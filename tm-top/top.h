/* Counts a stream, and what a filter keeps of it. */
#ifndef TM_TOP_TOP_H
#define TM_TOP_TOP_H

#include "common/filter/filter.h"
#include "common/stream/loopback.h"
#include "common/stream/open-runs.h"
#include "common/sums/ports.h"
#include "feed.h"
#include "top-options.h"

/* The source of the stream, and its last sign of life. */
struct source {
	char host[TM_HOST_SIZE + 1]; /* of the latest START, empty = none */
	struct tm_open_runs runs;
	bool has_ticks;
	uint64_t tick_ns;  /* of the latest TICK, */
	uint64_t heard_ns; /* and when it came, by CLOCK_MONOTONIC */
};

struct top_question {
	struct tm_filter filter;
	struct traffic traffic; /* kept by the filter */
	char *text;
	const char *doubt; /* what part of it says nothing, or NULL */
};

struct top {
	const struct top_options *options;
	struct feed feed;
	struct source source;
	struct tm_names *names;
	struct tm_ports *ports;
	struct tm_loopback loopback;
	struct flow_keys keys; /* that are kept with flows */
	struct traffic all;
	struct top_question *question; /* NULL = everything is shown */
	bool is_over;		       /* a slot; set until it is cleared */
	uint64_t heard_ns;	       /* CLOCK_MONOTONIC of the latest event */
	uint64_t reset_ns; /* by the stream, when totals were reset, 0 = never
			    */
	uint64_t reset_at; /* events taken by then */
};

/* Figures of the whole stream, whatever is shown of it. */
struct summary {
	struct source source;
	uint64_t time_ns; /* of the stream */
	double events_per_second;
	uint64_t bytes;
	struct tm_amount nobody, unattributed, lost;
	struct tm_amount loopback; /* counted twice */
};

/* 0, or -1 if there is no memory. */
int top_start(struct top *top, const struct top_options *options);

/* Counts the events that are due; false if there were none. With is_batch stops
 * at the end of a slot. Sets *failed if there is no memory. */
bool top_take(struct top *top, bool *failed);

/* Moves the clock of a silent live stream without TICKs by this machine's, so
 * that rates fall. */
void top_pass(struct top *top);

/* Whether the events come from this host, now. */
bool top_is_here(const struct top *top);

/* What the labels of keys depend on. */
struct tm_key_sources top_sources(const struct top *top);

/* Sets the keys of a place to those of the command line. */
void top_set_keys(const struct top *top, struct list_place *place);

/* Whether rows can be listed by the key: it is kept with the flows. */
bool top_keeps_key(const struct top *top, enum tm_key_id id);

/* Totals and peaks count from now on, whatever is shown. */
void top_reset(struct top *top);

void top_sum_up(const struct top *top, struct summary *summary);

/* The traffic that is shown. */
struct traffic *top_shown(struct top *top);

#define WRONG_SIZE TM_EXPRESSION_PROBLEM

/* Replaces the question, from now on or, for a recording, from its beginning;
 * empty text removes it. 0; or -1 with the reason in problem and the column in
 * bytes, and the question stays. */
int top_ask(struct top *top, const char *text, char problem[WRONG_SIZE],
		size_t *column);

/* Sets the question of the command line; ends the process if it is wrong. With
 * --batch, notes go to standard error. */
void top_ask_first(struct top *top, char *const *files);

/* As tm_note_fn, on standard error. */
void top_say_note(const char *note);

/* A name in the question that has not occurred so far, or NULL. */
const char *top_unknown_name(const struct top *top);

#endif
