/* All that is counted of a stream: where the bytes went, and what was moved by
 * each of the views that a report needs. */
#ifndef TM_REPORT_TALLY_H
#define TM_REPORT_TALLY_H

#include "common/stream/loopback.h"
#include "common/stream/shares.h"
#include "common/sums/keys.h"
#include "common/sums/sums.h"
#include "report-runs.h"

enum view_name {
	VIEW_ROWS,	  /* by --by */
	VIEW_USERS,	  /* by user, for --alert */
	VIEW_CONNECTIONS, /* by user, process and both ends */
	VIEW_PROTOCOLS,	  /* by process and protocol */
	VIEW_REMOTES,	  /* by process and remote */
	VIEW_DAYS,	  /* by user and day */
	VIEWS
};

struct report_view {
	struct tm_keys keys;
	struct tm_sums total;	   /* since the stream's first event */
	struct tm_sums now;	   /* since the interval's, where has_now */
	struct tm_sums counted[2]; /* both, while they are settled */
	bool is_wanted;
	bool has_now;
	bool has_no_copies; /* a packet counts once, whoever received it */
};

struct tally {
	struct report_view views[VIEWS];
	struct report_view *wanted[VIEWS];
	unsigned wanted_count;
	struct tm_shares shares; /* but for what was excluded */
	struct tm_loopback loopback;
	struct report_runs runs;
	struct tm_names *names;
	struct tm_ports *ports; /* who listens */
	bool is_numeric;	/* names of users are not wanted */
};

/* Wants a view of these kinds of keys. */
void tally_want(struct tally *tally, enum view_name name,
		const struct tm_keys *keys, bool has_now, uint32_t max_rows);

/* Counts an event of any kind. 0, or -1 and errno when there is no memory for
 * a name. */
int tally_note(struct tally *tally, const struct tm_event *event);

/* Around a report: sums by what their keys are by now, and again as they are
 * counted. */
void tally_settle(struct tally *tally);
void tally_unsettle(struct tally *tally);

/* An interval is over. */
void tally_next(struct tally *tally);

struct tm_shares tally_shares(const struct tally *tally);

#endif
