#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/record/words.h"
#include "group.h"
#include "row-order.h"
#include "row-top.h"
#include "texts.h"

const char *tm_history_key_name(enum tm_history_key key)
{
	return tm_key_table[__builtin_ctz(key)].name;
}

unsigned tm_history_key_find(const char *name)
{
	const struct tm_key *const key =
			tm_key_find(TM_KEY_FOR_HISTORY, name, strlen(name));

	return key ? 1u << (key - tm_key_table) : 0;
}

/* --- from groups to rows --- */

static void fill_keys(struct tm_history_row *row,
		const struct tm_history_group_row *from)
{
	row->time_ns = from->values[GROUP_TIME] * TM_MINUTE_NS;
	row->direction = from->values[GROUP_DIRECTION];
	row->resolution = from->resolution;
	memcpy(row->ids, from->values, sizeof(row->ids));
	memcpy(row->moved, from->moved, sizeof(row->moved));
	memcpy(row->lost, from->lost, sizeof(row->lost));
}

static void fill_texts(struct tm_history_row *row, unsigned by,
		const struct tm_history_group_row *from,
		struct tm_history_texts *texts)
{
	for (unsigned key = 0; key < TM_KEYS_STORED; key++) {
		if (by & 1u << key && tm_history_key_has_text(key))
			row->texts[key] = tm_history_text(
					texts, key, from->values[key]);
	}
}

/* --- search --- */

static bool holds(const char *text, const char *search)
{
	return text && strcasestr(text, search);
}

static bool number_holds(uint32_t number, const char *search)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return strstr(text, search);
}

/* A name of 15 bytes may be the beginning of the one that is sought. */
static bool process_holds(const char *name, const char *search)
{
	return holds(name, search) ||
			(name && strlen(name) == TM_COMM_SIZE - 1 &&
					!strncasecmp(name, search,
							TM_COMM_SIZE - 1));
}

static bool user_holds(const struct tm_history_row *row, enum tm_key_id key,
		const char *search)
{
	const uint32_t uid = row->ids[key];

	if (uid == TM_NOBODY)
		return holds(TM_WORD_NONE, search);
	return holds(row->texts[key], search) || number_holds(uid, search);
}

static bool word_holds(enum tm_key_id key, uint32_t value, const char *search)
{
	static const struct tm_key_sources sources = { 0 };
	const uint64_t word = value;
	struct tm_label label;

	tm_key_table[key].label(&sources, &word, &label);
	return (label.sort == TM_LABEL_WORD && holds(label.text, search)) ||
			number_holds(value, search);
}

static bool key_holds(const struct tm_history_row *row, enum tm_key_id key,
		const char *search)
{
	switch (key) {
	case TM_KEY_USER:
	case TM_KEY_LOGIN:
		return user_holds(row, key, search);
	case TM_KEY_PROCESS:
		return process_holds(row->texts[key], search);
	default:
		return tm_history_key_has_text(key)
				? holds(row->texts[key], search)
				: word_holds(key, row->ids[key], search);
	}
}

static bool is_found(const struct tm_history_row *row, unsigned by,
		const char *search)
{
	for (unsigned key = 0; key < TM_KEYS_STORED; key++) {
		if (by & 1u << key && key_holds(row, key, search))
			return true;
	}
	return false;
}

/* --- the answer --- */

static int convert(struct tm_history *history,
		const struct tm_history_group *group,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer)
{
	answer->rows = calloc(group->count + 1, sizeof(*answer->rows));
	if (!answer->rows)
		return tm_history_fail(history, "out of memory");
	for (uint32_t i = 0; i < group->count; i++) {
		struct tm_history_row *const row = &answer->rows[answer->found];

		*row = (struct tm_history_row){ 0 };
		fill_keys(row, &group->rows[i]);
		fill_texts(row, query->by, &group->rows[i], answer->texts);
		if (query->search && *query->search &&
				!is_found(row, query->by, query->search))
			continue;
		tm_history_amounts_add(answer->sum.moved, row->moved);
		tm_history_amounts_add(answer->sum.lost, row->lost);
		answer->found++;
	}
	return tm_history_texts_check(answer->texts);
}

/* Of slots alone the largest are chosen, whatever the order they are shown in.
 */
static size_t choose_slots(const struct tm_history_rows_query *query,
		struct tm_history_rows *answer)
{
	if (!query->top || query->top >= answer->found ||
			query->by & ~TM_HISTORY_BY_TIME)
		return answer->found;
	tm_history_rows_sort(answer->rows, answer->found, query->by,
			query->sort == TM_HISTORY_SORT_KEY
					? TM_HISTORY_SORT_TOTAL
					: query->sort,
			false);
	return query->top;
}

static int sort_and_cut(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer)
{
	uint64_t kept, offset;

	if (query->top && query->by & ~TM_HISTORY_BY_TIME &&
			tm_history_rows_fold(history, query, answer))
		return -1;
	kept = choose_slots(query, answer);
	tm_history_rows_sort(answer->rows, kept, query->by, query->sort,
			query->is_ascending);
	offset = query->offset < kept ? query->offset : kept;
	answer->count = kept - offset;
	if (query->limit && query->limit < answer->count)
		answer->count = query->limit;
	memmove(answer->rows, answer->rows + offset,
			answer->count * sizeof(*answer->rows));
	return 0;
}

static void note_coarse(const struct tm_history_plan *plan, unsigned by,
		struct tm_history_rows *answer)
{
	const enum tm_history_resolution asked =
			tm_history_group_resolution(by);

	for (size_t i = 0; i < plan->count; i++) {
		const struct tm_history_piece *const piece = &plan->pieces[i];

		if (piece->resolution <= asked)
			continue;
		answer->coarse |= 1u << piece->resolution;
		answer->coarse_ns = piece->end_ns;
	}
}

static int collect(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_group *group, struct tm_history_rows *answer)
{
	struct tm_history_scan scan = {
		.keys = query->by & ((1u << TM_KEYS_STORED) - 1),
		.take = tm_history_group_take,
		.context = group,
	};
	struct tm_history_plan plan = { 0 };
	int result;

	result = tm_history_scan_filter(history, &query->filter, &scan) ||
					tm_history_plan_make(history,
							query->filter.from_ns,
							query->filter.to_ns,
							tm_history_group_resolution(
									query->by),
							&plan) ||
					tm_history_scan_run(
							history, &plan, &scan)
			? -1
			: 0;
	answer->from_ns = plan.from_ns;
	answer->to_ns = plan.to_ns;
	note_coarse(&plan, query->by, answer);
	if (!result && group->has_failed)
		result = tm_history_fail(history, "out of memory");
	free(plan.pieces);
	tm_history_scan_free(&scan);
	return result;
}

static int answer_rows(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer)
{
	struct tm_history_group group = { .by = query->by };
	int result = collect(history, query, &group, answer);

	answer->texts = result ? NULL : tm_history_texts_new(history);
	if (answer->texts) {
		result = convert(history, &group, query, answer);
		tm_history_texts_settle(answer->texts);
	} else {
		result = -1;
	}
	tm_history_group_free(&group);
	return result ? result : sort_and_cut(history, query, answer);
}

int tm_history_rows(struct tm_history *history,
		const struct tm_history_rows_query *query,
		struct tm_history_rows *answer)
{
	int result;

	*answer = (struct tm_history_rows){ 0 };
	if (tm_history_begin(history))
		return -1;
	result = answer_rows(history, query, answer);
	tm_history_end(history);
	return result;
}

void tm_history_rows_free(struct tm_history_rows *answer)
{
	free(answer->rows);
	tm_history_texts_free(answer->texts);
	*answer = (struct tm_history_rows){ 0 };
}
