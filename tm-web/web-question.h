/* A request's parameters as a question to the history. */
#ifndef TM_WEB_WEB_QUESTION_H
#define TM_WEB_WEB_QUESTION_H

#include "common/history/answer.h"
#include "request.h"

#define QUESTION_CSV_MOST 250000 /* rows, for the memory that they take */

struct web_question {
	uint64_t now_ns;
	struct tm_history_rows_query query;
	struct tm_history_keys keys; /* of query.by, as they came */
	unsigned top, bins;
	unsigned hours;	 /* 0 = not given */
	const char *job; /* NULL = not given */
	bool is_csv;
	bool wants_rates, wants_before;
	uint64_t before_ns; /* where the period to compare with begins; 0 = the
			       one before */
};

/* False when it was answered with an error: something foreign or twice. The
 * names are those that this path takes, with spaces around each. */
bool question_parse(struct web_question *question, struct tm_history *history,
		struct request *request, const char *names);

/* The same, and what is foreign is not looked at. */
bool question_parse_known(struct web_question *question,
		struct tm_history *history, struct request *request,
		const char *names);

/* So many hours before a time; 0, the beginning, if there are not so many. */
uint64_t question_hours_before(uint64_t time_ns, unsigned hours);

#endif
