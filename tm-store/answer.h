/* Answers as tables, CSV and JSON, with the columns of tm-report. */
#ifndef TM_STORE_ANSWER_H
#define TM_STORE_ANSWER_H

#include "common/names.h"
#include "common/table.h"
#include "history/query.h"

struct answer {
	enum tm_form form;
	bool is_numeric;
	struct tm_names *names; /* of this machine, for those without any */
};

/* The first of --by as the first column, and so on. */
struct answer_keys {
	unsigned order[10];
	unsigned count;
};

/* A line on stderr and the end where it cannot be written. */
void answer_rows(const struct answer *answer, const struct answer_keys *keys,
	const struct history_rows *rows, const struct history_summary *summary);
void answer_summary(
	const struct answer *answer, const struct history_summary *summary);
void answer_quotas(
	const struct answer *answer, const struct history_quotas *quotas);

/* What the table's last line tells, for CSV. */
void say_shares(const struct history_summary *summary);

const char *user_name(
	const struct answer *answer, uint32_t uid, const char *recorded);

#endif
