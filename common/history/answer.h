/* A history's answers as tables, CSV and JSON, with the columns of tm-report:
 * what tm-store prints and tm-web sends. */
#ifndef TM_HISTORY_ANSWER_H
#define TM_HISTORY_ANSWER_H

#include "common/show/table.h"
#include "query.h"
#include "quota.h"

/* Names come from the recording only: the users of this machine need not be
 * those of the history. */
struct tm_history_form {
	enum tm_form form;
	bool is_numeric;
	tm_table_write_fn *write;
	void *context;
};

/* The first is the first column, and so on. */
struct tm_history_keys {
	unsigned order[TM_KEYS_HISTORY]; /* enum tm_history_key */
	unsigned count;
};

/* Each writes an answer whole: 0, or -1 and errno, as tm_table_close. The
 * shares are those of tm_table_close. */
int tm_history_answer_rows(const struct tm_history_form *form,
		const struct tm_history_keys *keys,
		const struct tm_history_rows *rows,
		const struct tm_shares *shares);
int tm_history_answer_summary(const struct tm_history_form *form,
		const struct tm_history_summary *summary);
int tm_history_answer_quotas(const struct tm_history_form *form,
		const struct tm_history_quotas *quotas);

struct tm_shares tm_history_shares(const struct tm_history_summary *summary);

/* "none" for nobody; NULL if no name is known or wanted. */
const char *tm_history_user_name(const struct tm_history_form *form,
		uint32_t uid, const char *recorded);

#endif
