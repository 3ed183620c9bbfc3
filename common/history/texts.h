/* The texts behind the numbers in the tables, each looked up once. */
#ifndef TM_HISTORY_TEXTS_H
#define TM_HISTORY_TEXTS_H

#include "common/base/index.h"
#include "query.h"

struct tm_history_texts;

/* NULL with a problem. */
struct tm_history_texts *tm_history_texts_new(struct tm_history *history);

/* As in struct tm_history_row, of a key that has texts; NULL too when the
 * look-up failed. */
const char *tm_history_text(struct tm_history_texts *texts, enum tm_key_id key,
		uint32_t id);

/* A copy with the same lifetime; NULL without memory. */
const char *tm_history_text_keep(
		struct tm_history_texts *texts, const char *text);

/* Whether all look-ups succeeded: 0, or -1 with a problem. */
int tm_history_texts_check(const struct tm_history_texts *texts);

/* Ends the look-ups, so that the history may be closed before the texts. */
void tm_history_texts_settle(struct tm_history_texts *texts);

void tm_history_texts_free(struct tm_history_texts *texts);

#endif
