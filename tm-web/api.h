/* The page's own paths, /api/v1/. */
#ifndef TM_WEB_API_H
#define TM_WEB_API_H

#include "common/history/query.h"
#include "common/history/quota.h"
#include "request.h"
#include "web-question.h"

void api_rows(struct tm_history *history, struct request *request);
void api_series(struct tm_history *history, struct request *request);
void api_summary(struct tm_history *history, struct request *request);
void api_jobs(struct tm_history *history, struct request *request);
void api_quotas(struct tm_history *history, struct request *request);
void api_status(struct tm_history *history, struct request *request);

/* What the history could not answer. */
void api_fail(struct tm_history *history, struct request *request);

/* The parameters that most of them take, see question_parse(). */
#define API_FILTERS                                                            \
	" user process remote protocol interface workload login command "      \
	"direction loopback "

/* The beginning of an answer: {"version":1 */
struct tm_text *api_begin(struct request *request);

void api_put_range(struct tm_text *text, uint64_t from_ns, uint64_t to_ns);

/* ,"hosts":[...] of the runs, each once. */
void api_put_hosts(
		struct tm_text *text, const struct tm_history_summary *summary);

/* ,"quotas":[...], those of one user where one is asked for. */
void api_put_quotas(struct tm_text *text,
		const struct tm_history_quotas *quotas,
		const struct tm_history_filter *filter);

/* How much of begin to end a source was there. */
uint64_t api_covered_ns(const struct tm_history_summary *summary,
		uint64_t begin, uint64_t end);

/* At most 1. */
double api_share(uint64_t part, uint64_t whole);

#endif
