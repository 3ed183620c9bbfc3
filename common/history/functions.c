#include "functions.h"
#include "common/record/amount.h"

static int64_t sum_of(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum)
			? tm_history_amount(UINT64_MAX)
			: sum;
}

int64_t tm_history_amount(uint64_t amount)
{
	if (amount <= INT64_MAX)
		return amount;
	tm_amount_overflow(&amount);
	return INT64_MAX;
}

static void sum_step(
		sqlite3_context *context, int count, sqlite3_value **values)
{
	int64_t *const sum = sqlite3_aggregate_context(context, sizeof(*sum));

	(void)count;
	if (sum)
		*sum = sum_of(*sum, sqlite3_value_int64(*values));
}

static void sum_finish(sqlite3_context *context)
{
	const int64_t *const sum =
			sqlite3_aggregate_context(context, sizeof(*sum));

	if (sum)
		sqlite3_result_int64(context, *sum);
	else
		sqlite3_result_error_nomem(context);
}

static void sum_add(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	sqlite3_result_int64(context,
			sum_of(sqlite3_value_int64(values[0]),
					sqlite3_value_int64(values[1])));
}

int tm_history_add_functions(struct tm_history *history)
{
	const int flags =
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	return sqlite3_create_function(history->db, "tm_sum", 1, flags, NULL,
			       NULL, sum_step, sum_finish) ||
					sqlite3_create_function(history->db,
							"tm_add", 2, flags,
							NULL, sum_add, NULL,
							NULL)
			? tm_history_fail_sql(history)
			: 0;
}
