/* What the tracker's paths have in common: their questions, and the members of
 * their answers. */
#ifndef TM_WEB_COMPAT_TRACKER_PARTS_H
#define TM_WEB_COMPAT_TRACKER_PARTS_H

#include "common/base/json.h"
#include "common/history/query.h"
#include "tm-web/request.h"
#include "tm-web/web-question.h"

#define TRACKER_ROWS_MOST 10000
#define TRACKER_NAME_SIZE 64

/* The question of this path, about the last minute or hours; 0 = the minute.
 * Theirs takes no notice of other parameters and of a process without a name,
 * and its own page sends both. */
bool tracker_ask(struct web_question *question, struct tm_history *history,
		struct request *request, const char *names, unsigned hours);

/* False when it was answered with an error; the rows are to be freed anyhow. */
bool tracker_get(struct tm_history *history, struct request *request,
		struct web_question *question, unsigned by, uint64_t limit,
		struct tm_history_rows *rows);

/* How long the rows were counted for, and a rate by it. */
double tracker_seconds(const struct tm_history_rows *rows,
		const struct web_question *question);
double tracker_rate(const struct tm_history_row *row,
		enum tm_direction direction, double seconds);

struct tm_text *tracker_begin(struct request *request, const char *more);
void tracker_put_rate(struct tm_text *text, const char *name, double rate);
void tracker_put_formatted(struct tm_text *text, const char *name, double rate);
void tracker_put_time(struct tm_text *text, const char *name, uint64_t time_ns,
		char between);
void tracker_put_name(
		struct tm_text *text, const char *name, const char *process);
void tracker_put_records(
		struct tm_text *text, const struct tm_history_row *row);
void tracker_put_total(struct tm_text *text, double tx, double rx);

/* TCP, UDP */
const char *tracker_protocol(
		char out[TRACKER_NAME_SIZE], const struct tm_history_row *row);

#endif
