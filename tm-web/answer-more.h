/* What an answer has beside its sums, if it is asked for: the peak and the 95th
 * percentile, and the sums of an earlier period. */
#ifndef TM_WEB_ANSWER_MORE_H
#define TM_WEB_ANSWER_MORE_H

#include "common/base/text.h"
#include "common/history/before.h"
#include "common/history/rates.h"
#include "web-question.h"

struct answer_more {
	bool has_rates, has_before;
	struct tm_history_rates rates;
	struct tm_history_before before;
};

/* False when the question is answered with an error: it is of no such kind. */
bool more_check(const struct web_question *question, struct request *request);

/* Asks for what the question wants of these rows. 0, or -1 with a problem of
 * the history; to be freed in any case. */
int more_ask(struct answer_more *more, struct tm_history *history,
		const struct web_question *question,
		const struct tm_history_row *rows, size_t count);
void more_free(struct answer_more *more);

/* The members of the answer, of a row, and of the sum of all rows. */
void more_put_head(struct tm_text *text, const struct answer_more *more);
void more_put_row(
		struct tm_text *text, const struct answer_more *more, size_t i);
void more_put_sum(struct tm_text *text, const struct answer_more *more);

#endif
