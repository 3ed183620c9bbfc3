/* Questions to a history. Texts in the answers are as strangers chose them:
 * escape them. An answer is freed by its own function, and may be whatever the
 * call returned. */
#ifndef TM_HISTORY_QUERY_H
#define TM_HISTORY_QUERY_H

#include <stddef.h>

#include "common/record/amount.h"
#include "common/sums/key.h"
#include "history.h"

/* Keys of a row, combined by |. */
enum tm_history_key {
	TM_HISTORY_BY_USER = 1 << TM_KEY_USER,
	TM_HISTORY_BY_PROCESS = 1 << TM_KEY_PROCESS,
	TM_HISTORY_BY_REMOTE = 1 << TM_KEY_REMOTE,
	TM_HISTORY_BY_PROTOCOL = 1 << TM_KEY_PROTOCOL,
	TM_HISTORY_BY_INTERFACE = 1 << TM_KEY_INTERFACE,
	TM_HISTORY_BY_WORKLOAD = 1 << TM_KEY_WORKLOAD,
	TM_HISTORY_BY_LOGIN = 1 << TM_KEY_LOGIN,
	TM_HISTORY_BY_COMMAND = 1 << TM_KEY_COMMAND,
	TM_HISTORY_BY_DIRECTION = 1 << TM_KEY_DIRECTION,
	TM_HISTORY_BY_MINUTE = 1 << TM_KEY_MINUTE, /* at most one of four */
	TM_HISTORY_BY_HOUR = 1 << TM_KEY_HOUR,
	TM_HISTORY_BY_DAY = 1 << TM_KEY_DAY,
	TM_HISTORY_BY_MONTH = 1 << TM_KEY_MONTH,
	TM_HISTORY_BY_TIME = TM_HISTORY_BY_MINUTE | TM_HISTORY_BY_HOUR |
			TM_HISTORY_BY_DAY | TM_HISTORY_BY_MONTH,
};

#define TM_HISTORY_BY_STORED ((1u << TM_KEYS_STORED) - 1)

/* Whether a key that is stored has texts; else it is a number. */
bool tm_history_key_has_text(enum tm_key_id id);

/* "user", "process", ... of one key. */
const char *tm_history_key_name(enum tm_history_key key);

/* The key of that name, 0 if there is none. */
unsigned tm_history_key_find(const char *name);

/* All zero is everything. The range is widened to whole minutes, and where
 * minutes are gone to whole hours, and so on: answers say to what. */
struct tm_history_filter {
	uint64_t from_ns; /* 0 = the beginning */
	uint64_t to_ns;	  /* not included; 0 = the newest */
	bool has_user;
	uint32_t uid;
	const char *process;   /* this name, cut as the kernel cuts it; "" =
				  not known */
	const char *remote;    /* this address; "" = none */
	const char *interface; /* this name, otherwise this number */
	const char *workload, *command; /* this one; "" = none is known */
	bool has_patterns; /* those two are patterns as of fnmatch(3), and a
			      command is its last part, too */
	bool has_login;
	uint32_t login;	      /* TM_NOBODY = none */
	bool has_no_loopback; /* without loopback traffic */
	bool has_protocol;
	uint8_t protocol;
	bool has_direction;
	uint8_t direction; /* TM_IN, TM_OUT */
};

/* The first name in the filter that nothing in the history has: its key and its
 * text, which is NULL if there is none. */
int tm_history_filter_unknown(struct tm_history *history,
		const struct tm_history_filter *filter, enum tm_key_id *id,
		const char **text);

/* Only the keys that were asked for are set. */
struct tm_history_row {
	uint64_t time_ns; /* the beginning of the slot */
	uint8_t direction;
	/* What a row with a time is the sum of: longer than asked for where
	 * the shorter ones are gone. */
	enum tm_history_resolution resolution;
	bool is_rest; /* the sum of what has no line or row of its own */
	/* "" = not known; NULL = the remainder, or a user that has no recorded
	 * name, or a key that is a number. */
	const char *texts[TM_KEYS_STORED];
	/* By direction, including losses. */
	struct tm_amount moved[2], lost[2];
	uint32_t ids[TM_KEYS_STORED]; /* numbers, or ids of the tables */
};

static inline uint64_t tm_history_row_bytes(const struct tm_history_row *row)
{
	return tm_amount_both(row->moved).bytes;
}

enum tm_history_sort {
	TM_HISTORY_SORT_TOTAL,
	TM_HISTORY_SORT_IN,
	TM_HISTORY_SORT_OUT,
	TM_HISTORY_SORT_PACKETS,
	TM_HISTORY_SORT_LOST,
	TM_HISTORY_SORT_KEY, /* by the keys' texts, times first */
};

struct tm_history_rows_query {
	struct tm_history_filter filter;
	unsigned by;	    /* enum tm_history_key; 0 = one row of all */
	const char *search; /* in the text of any key, in upper or lower case;
			       or NULL */
	enum tm_history_sort sort;
	bool is_ascending;
	/* With a time, the largest values of the other keys over the range,
	 * each of them in every slot, and a row of the rest for each slot; with
	 * nothing but a time, the largest slots. 0 = all. */
	uint64_t top;
	uint64_t offset;
	uint64_t limit; /* 0 = all */
};

struct tm_history_rows {
	uint64_t from_ns, to_ns; /* what was counted; 0 = it is empty */
	struct tm_history_row *rows;
	size_t count;
	uint64_t found;		   /* rows without offset and limit */
	struct tm_history_row sum; /* the sum of all rows found, without keys */
	/* Before a time the slots that were asked for are gone, and rows are of
	 * these, as 1 << enum tm_history_resolution; 0 = there are none. */
	uint64_t coarse_ns;
	unsigned coarse;
	void *texts;
};

int tm_history_rows(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer);
void tm_history_rows_free(struct tm_history_rows *answer);

struct tm_history_series_query {
	struct tm_history_filter filter;
	unsigned by;   /* user, process, remote, protocol, interface; 0 */
	unsigned top;  /* lines at most, not counting the rest */
	unsigned bins; /* at most so many */
};

struct tm_history_line {
	struct tm_history_row row;	 /* of the line: its keys and its sum */
	struct tm_history_point *points; /* one for each bin */
};

struct tm_history_point {
	uint64_t bytes[2]; /* by direction */
};

/* Bins are whole slots or several of them: begins[i] to begins[i + 1]. */
struct tm_history_series {
	enum tm_history_resolution resolution;
	uint64_t *begins; /* bins + 1 */
	size_t bins;
	struct tm_history_line *lines; /* the largest first, then the rest */
	size_t count;
	void *texts;
};

int tm_history_series(struct tm_history *history,
		const struct tm_history_series_query *query,
		struct tm_history_series *answer);
void tm_history_series_free(struct tm_history_series *answer);

struct tm_history_span {
	uint64_t begin_ns, end_ns;
};

struct tm_history_run {
	uint64_t id;
	const char *host;
	uint64_t start_ns, last_ns; /* last: the time of its newest TICK or its
				       END */
	bool is_ended;
	struct tm_amount seen[2], recorded[2], excluded[2], lost[2];
};

struct tm_history_interface {
	const char *name;
	struct tm_amount unattributed[2]; /* no socket owns it */
	struct tm_amount moved[2];	  /* of all users and nobody */
};

/* moved = attributed + unowned + lost, by direction. Excluded, seen and
 * unattributed traffic is in none of these. */
struct tm_history_summary {
	uint64_t from_ns, to_ns; /* what was counted; 0 = it is empty */
	uint64_t first_ns;	 /* the oldest kept; 0 = empty */
	uint64_t newest_ns;  /* of traffic or a TICK, as tm_history_newest */
	uint64_t ahead_ns;   /* as tm_history_ahead */
	uint64_t written_ns; /* wall clock of the last commit */
	struct tm_amount moved[2], attributed[2], nobody[2], lost[2];
	struct tm_amount seen[2], excluded[2], unattributed[2];
	struct tm_history_span *covered; /* when a source was there */
	size_t covered_count;
	struct tm_history_run *runs; /* within the range, newest first */
	size_t run_count;
	struct tm_history_interface *interfaces;
	size_t interface_count;
	void *texts;
};

int tm_history_summary(struct tm_history *history,
		const struct tm_history_filter *filter,
		struct tm_history_summary *answer);
void tm_history_summary_free(struct tm_history_summary *answer);

/* The time of the newest record that is not ahead of this machine's clock; now
 * where all of them are, and 0 while there is none. */
uint64_t tm_history_newest(struct tm_history *history);

/* Whether all that is known of its sources is that they ran on this machine,
 * whose users are then those of the history. */
bool tm_history_is_local(struct tm_history *history);

/* The uid of that recorded name. False where there is none, and where the name
 * has been that of several. */
bool tm_history_find_user(
		struct tm_history *history, const char *name, uint32_t *uid);

#endif
