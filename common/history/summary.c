#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ahead.h"
#include "common/record/words.h"
#include "group.h"
#include "texts.h"

static void *grow(struct tm_history *history, void *array, size_t count,
		size_t size)
{
	void *more;

	if (count & (count - 1)) /* room is a power of two */
		return array;
	more = realloc(array, (count ? 2 * count : 1) * size);
	if (!more)
		tm_history_fail(history, "out of memory");
	return more;
}

/* --- what users have --- */

static void take_user(void *context, const struct tm_history_sums *sums)
{
	struct tm_history_summary *const answer = context;
	struct tm_amount *to = sums->values[TM_KEY_USER] == TM_NOBODY
			? answer->nobody
			: answer->attributed;

	tm_history_amounts_add(answer->moved, sums->moved);
	tm_history_amounts_add(answer->lost, sums->lost);
	for (int i = TM_IN; i <= TM_OUT; i++) {
		const struct tm_amount rest =
				tm_amount_rest(&sums->moved[i], &sums->lost[i]);

		tm_amount_add(&to[i], &rest);
	}
}

static int sum_users(struct tm_history *history,
		const struct tm_history_plan *plan,
		struct tm_history_summary *answer)
{
	const struct tm_history_scan scan = {
		.keys = TM_HISTORY_BY_USER,
		.take = take_user,
		.context = answer,
	};

	return tm_history_scan_run(history, plan, &scan);
}

/* --- interfaces, and what only the host has --- */

static struct tm_history_interface *summary_interface(
		struct tm_history *history, struct tm_history_summary *answer,
		uint32_t id)
{
	const char *const name =
			tm_history_text(answer->texts, TM_KEY_INTERFACE, id)
			?: TM_WORD_OTHERS;
	struct tm_history_interface *more;

	for (size_t i = 0; i < answer->interface_count; i++) {
		if (!strcmp(answer->interfaces[i].name, name))
			return &answer->interfaces[i];
	}
	more = grow(history, answer->interfaces, answer->interface_count,
			sizeof(*more));
	if (!more)
		return NULL;
	answer->interfaces = more;
	more += answer->interface_count++;
	*more = (struct tm_history_interface){ .name = name };
	return more;
}

static int sum_interfaces(struct tm_history *history,
		const struct tm_history_plan *plan,
		struct tm_history_summary *answer)
{
	struct tm_history_group group = { .by = TM_HISTORY_BY_INTERFACE };
	const struct tm_history_scan scan = {
		.keys = TM_HISTORY_BY_INTERFACE,
		.take = tm_history_group_take,
		.context = &group,
	};
	int result = tm_history_scan_run(history, plan, &scan);

	for (uint32_t i = 0; i < group.count && !result; i++) {
		struct tm_history_interface *const interface = summary_interface(
				history, answer,
				group.rows[i].values[TM_KEY_INTERFACE]);

		if (interface)
			tm_history_amounts_add(
					interface->moved, group.rows[i].moved);
		else
			result = -1;
	}
	tm_history_group_free(&group);
	return result;
}

static int take_host(struct tm_history *history, sqlite3_stmt *statement,
		struct tm_history_summary *answer)
{
	struct tm_amount *const sums[] = { [TM_HISTORY_SEEN] = answer->seen,
		[TM_HISTORY_EXCLUDED] = answer->excluded,
		[TM_HISTORY_UNATTRIBUTED] = answer->unattributed };
	const unsigned what = sqlite3_column_int(statement, 0);
	struct tm_amount amounts[2];
	struct tm_history_interface *interface;

	for (int i = TM_IN; i <= TM_OUT; i++) {
		amounts[i].bytes = sqlite3_column_int64(statement, 2 + 2 * i);
		amounts[i].packets = sqlite3_column_int64(statement, 3 + 2 * i);
	}
	if (what > TM_HISTORY_UNATTRIBUTED)
		return 0;
	tm_history_amounts_add(sums[what], amounts);
	if (what != TM_HISTORY_UNATTRIBUTED)
		return 0;
	interface = summary_interface(
			history, answer, sqlite3_column_int64(statement, 1));
	if (!interface)
		return -1;
	tm_history_amounts_add(interface->unattributed, amounts);
	return 0;
}

static int sum_host(struct tm_history *history,
		const struct tm_history_piece *piece,
		struct tm_history_summary *answer)
{
	sqlite3_stmt *statement;
	char sql[512];
	int result;

	snprintf(sql, sizeof(sql),
			"SELECT what, interface, tm_sum(in_bytes), "
			"tm_sum(in_packets), tm_sum(out_bytes), "
			"tm_sum(out_packets) FROM host_%s "
			"WHERE time >= %" PRIu64 " AND time < %" PRIu64
			" GROUP BY what, interface",
			tm_history_resolution_name(piece->resolution),
			piece->begin_ns, piece->end_ns);
	statement = tm_history_prepare(history, sql);
	if (!statement)
		return -1;
	while ((result = tm_history_step(history, statement)) == 1) {
		result = take_host(history, statement, answer);
		if (result)
			break;
	}
	sqlite3_finalize(statement);
	return result;
}

/* --- runs and coverage --- */

static void read_statuses(sqlite3_stmt *statement, struct tm_history_run *run)
{
	int at = 5;

	for (int i = TM_IN; i <= TM_OUT; i++) {
		struct tm_amount *const amounts[] = { &run->seen[i],
			&run->recorded[i], &run->excluded[i], &run->lost[i] };

		for (int j = 0; j < 4; j++) {
			amounts[j]->packets =
					sqlite3_column_int64(statement, at++);
			amounts[j]->bytes =
					sqlite3_column_int64(statement, at++);
		}
	}
}

static int read_run(struct tm_history *history, sqlite3_stmt *statement,
		struct tm_history_summary *answer)
{
	struct tm_history_run *more = grow(history, answer->runs,
			answer->run_count, sizeof(*more));
	const char *host;

	if (!more)
		return -1;
	answer->runs = more;
	more += answer->run_count++;
	host = (const char *)sqlite3_column_text(statement, 1);
	*more = (struct tm_history_run){
		.id = sqlite3_column_int64(statement, 0),
		.host = "",
		.start_ns = sqlite3_column_int64(statement, 2),
		.last_ns = sqlite3_column_int64(statement, 3),
		.is_ended = sqlite3_column_int(statement, 4),
	};
	if (host)
		more->host = tm_history_text_keep(answer->texts, host) ?: "";
	read_statuses(statement, more);
	return 0;
}

static int read_span(struct tm_history *history, sqlite3_stmt *statement,
		struct tm_history_summary *answer)
{
	struct tm_history_span *more = grow(history, answer->covered,
			answer->covered_count, sizeof(*more));

	if (!more)
		return -1;
	answer->covered = more;
	more += answer->covered_count++;
	more->begin_ns = sqlite3_column_int64(statement, 0);
	more->end_ns = sqlite3_column_int64(statement, 1);
	return 0;
}

static int read_each(struct tm_history *history, const char *sql,
		struct tm_history_summary *answer,
		int (*read)(struct tm_history *, sqlite3_stmt *,
				struct tm_history_summary *))
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int result;

	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 1, answer->from_ns);
	sqlite3_bind_int64(statement, 2, answer->to_ns);
	while ((result = tm_history_step(history, statement)) == 1) {
		result = read(history, statement, answer);
		if (result)
			break;
	}
	sqlite3_finalize(statement);
	return result;
}

static const char runs[] =
		"SELECT id, host, coalesce(start, last) AS start, last, is_ended, "
		"seen_in_packets, seen_in_bytes, "
		"recorded_in_packets, recorded_in_bytes, "
		"excluded_in_packets, excluded_in_bytes, "
		"lost_in_packets, lost_in_bytes, "
		"seen_out_packets, seen_out_bytes, "
		"recorded_out_packets, recorded_out_bytes, "
		"excluded_out_packets, excluded_out_bytes, "
		"lost_out_packets, lost_out_bytes "
		"FROM run WHERE last >= ?1 AND start < ?2 "
		"ORDER BY start DESC, number DESC LIMIT 1000";

static const char spans[] = "SELECT begin, \"end\" FROM covered "
			    "WHERE \"end\" > ?1 AND begin < ?2 ORDER BY begin";

/* --- the answer --- */

static int answer_summary(struct tm_history *history,
		const struct tm_history_plan *plan,
		struct tm_history_summary *answer)
{
	answer->from_ns = plan->from_ns;
	answer->to_ns = plan->to_ns;
	answer->first_ns = history->marks.first_ns;
	answer->newest_ns = tm_history_newest(history);
	answer->ahead_ns = tm_history_ahead(history);
	answer->written_ns = history->marks.written_ns;
	if (sum_users(history, plan, answer) ||
			sum_interfaces(history, plan, answer))
		return -1;
	for (size_t i = 0; i < plan->count; i++) {
		if (sum_host(history, &plan->pieces[i], answer))
			return -1;
	}
	return read_each(history, spans, answer, read_span) ||
					read_each(history, runs, answer,
							read_run)
			? -1
			: 0;
}

int tm_history_summary(struct tm_history *history,
		const struct tm_history_filter *filter,
		struct tm_history_summary *answer)
{
	struct tm_history_plan plan = { 0 };
	int result = -1;

	*answer = (struct tm_history_summary){ 0 };
	if (tm_history_begin(history))
		return -1;
	answer->texts = tm_history_texts_new(history);
	if (answer->texts &&
			!tm_history_plan_make(history, filter->from_ns,
					filter->to_ns, TM_HISTORY_MONTH,
					&plan)) {
		result = answer_summary(history, &plan, answer) ||
						tm_history_texts_check(
								answer->texts)
				? -1
				: 0;
		tm_history_texts_settle(answer->texts);
	}
	tm_history_end(history);
	free(plan.pieces);
	return result;
}

void tm_history_summary_free(struct tm_history_summary *answer)
{
	free(answer->covered);
	free(answer->runs);
	free(answer->interfaces);
	tm_history_texts_free(answer->texts);
	*answer = (struct tm_history_summary){ 0 };
}
