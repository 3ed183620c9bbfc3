#include <stdlib.h>
#include <string.h>

#include "row-order.h"
#include "stored.h"

struct order {
	enum tm_history_sort sort;
	unsigned by;
	int sign;
};

/* The amount that a row is sorted by; the total for other orders. */
static uint64_t row_measure(
		const struct tm_history_row *row, enum tm_history_sort sort)
{
	switch (sort) {
	case TM_HISTORY_SORT_IN:
		return row->moved[TM_IN].bytes;
	case TM_HISTORY_SORT_OUT:
		return row->moved[TM_OUT].bytes;
	case TM_HISTORY_SORT_PACKETS:
		return row->moved[TM_IN].packets + row->moved[TM_OUT].packets;
	case TM_HISTORY_SORT_LOST:
		return tm_amount_both(row->lost).bytes;
	default:
		return tm_history_row_bytes(row);
	}
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What has no text comes last; 192.0.2.9 before 192.0.2.10. */
static int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return !a - !b;
	return strverscmp(a, b);
}

/* By the text; users also by their number, and what has no text by that. */
static int compare_key(const struct tm_history_row *a,
		const struct tm_history_row *b, enum tm_key_id key)
{
	const int result = tm_history_key_has_text(key)
			? compare_texts(a->texts[key], b->texts[key])
			: compare_numbers(a->ids[key], b->ids[key]);

	return result || !tm_history_key_is_user(key)
			? result
			: compare_numbers(a->ids[key], b->ids[key]);
}

static int compare_keys(const struct tm_history_row *a,
		const struct tm_history_row *b, unsigned by)
{
	int result = compare_numbers(a->time_ns, b->time_ns);

	for (unsigned key = 0; key < TM_KEYS_STORED && !result; key++) {
		if (by & 1u << key)
			result = compare_key(a, b, key);
	}
	return result ? result : compare_numbers(a->direction, b->direction);
}

int tm_history_row_compare_values(
		const struct tm_history_row *a, const struct tm_history_row *b)
{
	const int result = memcmp(a->ids, b->ids, sizeof(a->ids));

	return result ? result : a->direction - b->direction;
}

bool tm_history_row_is_remainder(const struct tm_history_row *row, unsigned by)
{
	for (unsigned key = 0; key < TM_KEYS_STORED; key++) {
		if (by & 1u << key && tm_history_key_has_text(key) &&
				!tm_history_key_is_user(key) &&
				!row->texts[key])
			return true;
	}
	return row->is_rest;
}

/* What is equal in that, such as no losses, is in the order of the totals. */
static int compare_measures(const struct tm_history_row *a,
		const struct tm_history_row *b, enum tm_history_sort sort)
{
	const int result = compare_numbers(
			row_measure(a, sort), row_measure(b, sort));

	return result ? result
		      : compare_numbers(tm_history_row_bytes(a),
					tm_history_row_bytes(b));
}

/* Equal sums are in the order of their keys, and the remainder is last,
 * whatever the direction; the rest of a slot, which holds the remainders, is
 * last in that slot. */
static int order_compare(const void *one, const void *other, void *context)
{
	const struct tm_history_row *const a = one, *const b = other;
	const struct order *const order = context;
	const bool is_by_key = order->sort == TM_HISTORY_SORT_KEY;
	int result = 0;

	if (is_by_key && (a->is_rest || b->is_rest))
		result = order->sign * compare_numbers(a->time_ns, b->time_ns);
	if (!result)
		result = tm_history_row_is_remainder(a, order->by) -
				tm_history_row_is_remainder(b, order->by);
	if (!result && !is_by_key)
		result = order->sign * compare_measures(a, b, order->sort);
	if (result)
		return result;
	return (is_by_key ? order->sign : 1) * compare_keys(a, b, order->by);
}

void tm_history_rows_sort(struct tm_history_row *rows, size_t count,
		unsigned by, enum tm_history_sort sort, bool is_ascending)
{
	struct order order = { sort, by, is_ascending ? 1 : -1 };

	qsort_r(rows, count, sizeof(*rows), order_compare, &order);
}
