/* The parts of answers that several paths share. */
#ifndef TM_WEB_ANSWER_JSON_H
#define TM_WEB_ANSWER_JSON_H

#include "common/base/json.h"
#include "common/history/query.h"

/* ,"uid":1000,"user":"alice" */
void json_user(struct tm_text *text, uint32_t uid, const char *name);

/* ,"name":"number", for what may be beyond 2^53; 0 is null. */
void json_member_time(struct tm_text *text, const char *name, uint64_t time_ns);

/* What the row has of a key that is no user and no time, which may be in the
 * label; NULL is the remainder. */
const char *json_value(const struct tm_history_row *row, enum tm_key_id id,
		struct tm_label *label);

/* The members of a row's keys, and of its amounts. */
void json_keys(struct tm_text *text, const struct tm_history_row *row,
		unsigned by);
void json_moved(struct tm_text *text, const struct tm_amount moved[2]);
void json_amounts(struct tm_text *text, const struct tm_history_row *row);

/* What the page filters by (key) and shows (label), of one key. */
void json_key(struct tm_text *text, const struct tm_history_row *row,
		unsigned by);

/* {"version":1 */
void json_begin(struct tm_text *text);

/* } and a newline */
void json_end(struct tm_text *text);

static inline uint64_t json_sum(const struct tm_amount amounts[2])
{
	return tm_amount_both(amounts).bytes;
}

#endif
