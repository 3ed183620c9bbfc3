#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "common/base/clock.h"

static uint64_t key_of(const struct tm_history_row *row)
{
	return row->time_ns / TM_MINUTE_NS << 32 | row->ids[TM_KEY_USER];
}

static struct change change_of(const struct tm_history_row *row)
{
	return (struct change){
		.uid = row->ids[TM_KEY_USER],
		.in = row->moved[TM_IN].bytes,
		.out = row->moved[TM_OUT].bytes,
		.packets_in = row->moved[TM_IN].packets,
		.packets_out = row->moved[TM_OUT].packets,
		.lost = tm_amount_both(row->lost).bytes,
	};
}

void change_add(struct change *sum, const struct change *more)
{
	sum->in += more->in;
	sum->out += more->out;
	sum->packets_in += more->packets_in;
	sum->packets_out += more->packets_out;
	sum->lost += more->lost;
}

static void change_subtract(struct change *sum, const struct change *less)
{
	sum->in -= less->in;
	sum->out -= less->out;
	sum->packets_in -= less->packets_in;
	sum->packets_out -= less->packets_out;
	sum->lost -= less->lost;
}

static int changes_compare(const void *a, const void *b)
{
	const uint64_t x = change_total(a), y = change_total(b);

	return x > y ? -1 : x < y;
}

void changes_sort(struct change *list, size_t count)
{
	qsort(list, count, sizeof(*list), changes_compare);
}

void changes_forget(struct changes *changes)
{
	tm_index_free(&changes->index);
	free(changes->sums);
	*changes = (struct changes){ .note = changes->note };
}

/* What a minute before the last look's held then is not known. */
static struct change difference(
		const struct changes *before, const struct tm_history_row *row)
{
	const uint32_t at = tm_index_find(&before->index, key_of(row));
	struct change change = change_of(row);

	if (row->time_ns < before->from_ns)
		return (struct change){ .uid = row->ids[TM_KEY_USER] };
	if (at != TM_INDEX_NONE)
		change_subtract(&change, &before->sums[at]);
	return change;
}

static int remember(struct changes *now, const struct tm_history_rows *rows)
{
	now->sums = malloc((rows->count + 1) * sizeof(*now->sums));
	if (!now->sums)
		return -1;
	for (size_t i = 0; i < rows->count; i++) {
		const uint32_t at = tm_index_add(
				&now->index, key_of(&rows->rows[i]));

		if (at == TM_INDEX_NONE)
			return -1;
		now->sums[at] = change_of(&rows->rows[i]);
	}
	return 0;
}

/* One row for each user, whatever the minute. */
static ssize_t gather(const struct changes *before,
		const struct tm_history_rows *rows, struct change *list)
{
	struct tm_index users = { 0 };
	ssize_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct change change = difference(before, &rows->rows[i]);
		uint32_t at;

		if (!(change_total(&change) | change.packets_in |
				    change.packets_out))
			continue;
		at = tm_index_add(&users, change.uid);
		if (at == TM_INDEX_NONE) {
			tm_index_free(&users);
			return -1;
		}
		if (at == count)
			list[count++] = (struct change){ .uid = change.uid };
		change_add(&list[at], &change);
		before->note(change.uid, rows->rows[i].texts[TM_KEY_USER]);
	}
	tm_index_free(&users);
	changes_sort(list, count);
	return count;
}

static ssize_t compare_with(struct changes *changes,
		const struct tm_history_rows *rows, struct change **list)
{
	struct changes now = { .from_ns = rows->from_ns,
		.has_looked = true,
		.note = changes->note };
	ssize_t count = 0;

	*list = malloc((rows->count + 1) * sizeof(**list));
	if (!*list || remember(&now, rows))
		count = -1;
	else if (changes->has_looked)
		count = gather(changes, rows, *list);
	if (count < 0) {
		changes_forget(&now);
		free(*list);
		*list = NULL;
		return -1;
	}
	changes_forget(changes);
	*changes = now;
	return count;
}

ssize_t changes_look(struct changes *changes, struct tm_history *history,
		uint64_t newest_ns, struct change **list)
{
	const struct tm_history_rows_query query = { .by = TM_HISTORY_BY_USER |
				TM_HISTORY_BY_MINUTE,
		.filter = { .from_ns = newest_ns - newest_ns % TM_MINUTE_NS -
						TM_MINUTE_NS,
				.to_ns = newest_ns + TM_MINUTE_NS } };
	struct tm_history_rows rows = { 0 };
	ssize_t count = -1;

	*list = NULL;
	if (!tm_history_rows(history, &query, &rows))
		count = compare_with(changes, &rows, list);
	tm_history_rows_free(&rows);
	return count;
}
