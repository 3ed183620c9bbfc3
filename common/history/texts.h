/* The texts that numbers in the tables stand for, looked up once each. */
#ifndef TM_HISTORY_TEXTS_H
#define TM_HISTORY_TEXTS_H

#include "common/base/index.h"
#include "query.h"

struct history_texts;

/* NULL with a problem. */
struct history_texts *history_texts_new(struct history *history);

/* As in struct history_row; NULL too when the look-up failed. */
const char *history_text_user(struct history_texts *texts, uint32_t uid);
const char *history_text_process(struct history_texts *texts, uint32_t id);
const char *history_text_remote(struct history_texts *texts, uint32_t id);
const char *history_text_interface(struct history_texts *texts, uint32_t id);

/* A copy that lives as long; NULL when there is no memory. */
const char *history_text_keep(struct history_texts *texts, const char *text);

/* No look-ups from here on: the history may be closed before the texts. */
void history_texts_settle(struct history_texts *texts);

void history_texts_free(struct history_texts *texts);

#endif
