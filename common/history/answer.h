/* A history's answers as tables, CSV and JSON, with the columns of tm-report:
 * what tm-store prints and tm-web sends. */
#ifndef TM_HISTORY_ANSWER_H
#define TM_HISTORY_ANSWER_H

#include "common/record/names.h"
#include "common/show/table.h"
#include "query.h"

struct history_form {
	enum tm_form form;
	bool is_numeric;
	struct tm_names *names; /* of this machine, for those without any; NULL
				   = recorded names only */
	tm_table_write_fn *write;
	void *context;
};

#define HISTORY_KEYS 10

/* The first is the first column, and so on. */
struct history_keys {
	unsigned order[HISTORY_KEYS]; /* enum history_key */
	unsigned count;
};

/* Each writes an answer whole: 0, or -1 and errno, as tm_table_close. The
 * shares are those of tm_table_close. */
int history_answer_rows(const struct history_form *form,
		const struct history_keys *keys,
		const struct history_rows *rows,
		const struct tm_shares *shares);
int history_answer_summary(const struct history_form *form,
		const struct history_summary *summary);
int history_answer_quotas(const struct history_form *form,
		const struct history_quotas *quotas);

struct tm_shares history_shares(const struct history_summary *summary);

/* "none" for nobody; NULL where no name is known, or none is wanted. */
const char *history_user_name(const struct history_form *form, uint32_t uid,
		const char *recorded);

#endif
