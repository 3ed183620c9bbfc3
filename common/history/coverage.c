#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/room.h"
#include "coverage.h"
#include "database.h"

#define GAP_NS (60 * TM_SECOND_NS) /* TICKs come each second */

static bool span_continues(const struct tm_coverage *coverage, uint64_t time_ns)
{
	const struct tm_coverage_span *last;

	if (!coverage->is_open || !coverage->count)
		return false;
	last = &coverage->spans[coverage->count - 1];
	return !coverage->has_ticks ||
			(time_ns <= last->end_ns + GAP_NS &&
					time_ns + GAP_NS >= last->begin_ns);
}

static void begin_span(struct tm_coverage *coverage, uint64_t time_ns)
{
	struct tm_coverage_span *const more = tm_room_for(coverage->spans,
			&coverage->room, coverage->count, sizeof(*more));

	if (!more)
		return;
	coverage->spans = more;
	more[coverage->count++] =
			(struct tm_coverage_span){ time_ns, time_ns + 1 };
	coverage->is_open = true;
}

void tm_coverage_note(struct tm_coverage *coverage, uint64_t time_ns)
{
	struct tm_coverage_span *last;

	if (!span_continues(coverage, time_ns)) {
		begin_span(coverage, time_ns);
		return;
	}
	last = &coverage->spans[coverage->count - 1];
	if (time_ns >= last->end_ns)
		last->end_ns = time_ns + 1;
	if (time_ns < last->begin_ns)
		last->begin_ns = time_ns;
}

/* Spans in the database do not touch each other: before the span is the one
 * that it may go on, and those that begin within it go into it. */
static const char *const span_steps[] = {
	"SELECT coalesce((SELECT begin FROM (SELECT begin, \"end\" FROM covered "
	"WHERE begin <= ?1 ORDER BY begin DESC LIMIT 1) WHERE \"end\" >= ?1), ?1), "
	"max(?2, coalesce((SELECT \"end\" FROM covered WHERE begin <= ?2 "
	"ORDER BY begin DESC LIMIT 1), 0))",
	"DELETE FROM covered WHERE begin >= ?1 AND begin <= ?2",
	"INSERT INTO covered VALUES (?1, ?2)",
};

#define SPAN_STEPS (sizeof(span_steps) / sizeof(*span_steps))

static int span_step(struct tm_history *history, sqlite3_stmt *statement,
		struct tm_coverage_span *span)
{
	int result;

	sqlite3_bind_int64(statement, 1, span->begin_ns);
	sqlite3_bind_int64(statement, 2, span->end_ns);
	result = tm_history_step(history, statement);
	if (result == 1) {
		span->begin_ns = sqlite3_column_int64(statement, 0);
		span->end_ns = sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	return result < 0 ? -1 : 0;
}

int tm_coverage_write(
		const struct tm_coverage *coverage, struct tm_history *history)
{
	sqlite3_stmt *statements[SPAN_STEPS] = { NULL };
	int result = 0;

	for (size_t i = 0; i < SPAN_STEPS && !result; i++) {
		statements[i] = tm_history_prepare(history, span_steps[i]);
		result = statements[i] ? 0 : -1;
	}
	for (uint32_t i = 0; i < coverage->count; i++) {
		struct tm_coverage_span span = coverage->spans[i];

		for (size_t j = 0; j < SPAN_STEPS && !result; j++)
			result = span_step(history, statements[j], &span);
	}
	for (size_t i = 0; i < SPAN_STEPS; i++)
		sqlite3_finalize(statements[i]);
	return result;
}

void tm_coverage_settle(struct tm_coverage *coverage)
{
	if (coverage->is_open && coverage->count)
		coverage->spans[0] = coverage->spans[coverage->count - 1];
	coverage->count = coverage->is_open && coverage->count;
}

void tm_coverage_free(struct tm_coverage *coverage)
{
	free(coverage->spans);
	*coverage = (struct tm_coverage){ 0 };
}
