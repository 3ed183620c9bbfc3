#include <inttypes.h>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "scan.h"
#include "stored.h"

#define SLOTS_MOST 100000 /* in one statement */

/* --- the statement --- */

static unsigned needed_keys(const struct tm_history_scan *scan)
{
	unsigned keys = scan->keys;

	for (unsigned i = 0; i < TM_KEYS_STORED; i++)
		keys |= scan->wanted[i].is_set ? 1u << i : 0;
	return keys;
}

static const struct tm_history_cube_facts *choose_cube(
		const struct tm_history_scan *scan,
		enum tm_history_resolution resolution)
{
	const unsigned keys = needed_keys(scan);
	const struct tm_history_cube_facts *cube = tm_history_cubes;

	while (keys & ~cube->keys ||
			(resolution == TM_HISTORY_MINUTE && !cube->has_minutes))
		cube++;
	return cube;
}

/* Whether a row is found by its keys within a slot: then the slots are named,
 * so that those between are not read. */
static bool is_sought(const struct tm_history_cube_facts *cube,
		const struct tm_history_scan *scan)
{
	return scan->wanted[TM_KEY_USER].is_set ||
			scan->wanted[TM_KEY_REMOTE].is_set ||
			(scan->wanted[TM_KEY_PROCESS].is_set &&
					cube == tm_history_cubes);
}

static bool has_many_slots(const struct tm_history_piece *piece)
{
	static const uint64_t lengths[] = { TM_MINUTE_NS, TM_HOUR_NS, TM_DAY_NS,
		28 * TM_DAY_NS };

	return (piece->end_ns - piece->begin_ns) / lengths[piece->resolution] >
			SLOTS_MOST;
}

/* Finds each slot that has rows from the one before it: a range may cover
 * centuries. */
static void put_used_slots(
		struct tm_text *sql, const struct tm_history_piece *piece)
{
	const char *const resolution =
			tm_history_resolution_name(piece->resolution);

	tm_text_format(sql,
			"time IN (WITH RECURSIVE slots(at) AS (SELECT min(time) "
			"FROM user_%s WHERE time >= %" PRIu64
			" AND time < %" PRIu64
			" UNION ALL SELECT (SELECT min(time) FROM user_%s "
			"WHERE time > at AND time < %" PRIu64
			") FROM slots WHERE at NOT NULL) SELECT at FROM slots)",
			resolution, piece->begin_ns, piece->end_ns, resolution,
			piece->end_ns);
}

static void put_slots(struct tm_text *sql, const struct tm_history_piece *piece)
{
	const char *before = "time IN (";

	if (has_many_slots(piece)) {
		put_used_slots(sql, piece);
		return;
	}
	for (uint64_t at = piece->begin_ns; at < piece->end_ns;
			at = tm_history_next_slot(piece->resolution, at)) {
		tm_text_format(sql, "%s%" PRIu64, before, at);
		before = ",";
	}
	tm_text_format(sql, ")");
}

static void put_wanted(struct tm_text *sql, const struct tm_history *history,
		const struct tm_history_scan *scan, enum tm_key_id id)
{
	const struct tm_history_wanted *const wanted = &scan->wanted[id];
	const char *before = "";

	if (!wanted->is_set)
		return;
	tm_text_format(sql, " AND %s IN (", tm_history_column_in(history, id));
	for (size_t i = 0; i < wanted->count; i++) {
		tm_text_format(sql, "%s%" PRId64, before,
				tm_history_stored_value(id, wanted->values[i]));
		before = ",";
	}
	tm_text_format(sql, ")");
}

static void put_columns(struct tm_text *sql, const struct tm_history *history,
		const struct tm_history_scan *scan,
		const struct tm_history_cube_facts *cube)
{
	tm_text_format(sql, "SELECT time, " TM_HISTORY_AMOUNTS);
	if (cube->has_lost)
		tm_text_format(sql, ", " TM_HISTORY_LOST);
	for (unsigned i = 0; i < TM_KEYS_STORED; i++) {
		if (scan->keys & 1u << i)
			tm_text_format(sql, ", %s",
					tm_history_column_in(history, i));
	}
}

static void put_statement(struct tm_text *sql, const struct tm_history *history,
		const struct tm_history_scan *scan,
		const struct tm_history_cube_facts *cube,
		const struct tm_history_piece *piece)
{
	const char *const resolution =
			tm_history_resolution_name(piece->resolution);

	put_columns(sql, history, scan, cube);
	tm_text_format(sql, " FROM %s_%s ", cube->name, resolution);
	if (scan->wanted[TM_KEY_REMOTE].is_set &&
			!scan->wanted[TM_KEY_USER].is_set &&
			cube == &tm_history_cubes[TM_HISTORY_CUBE_TRAFFIC])
		tm_text_format(sql, "INDEXED BY traffic_%s_%s ", resolution,
				tm_history_remote_index(history));
	tm_text_format(sql, "WHERE ");
	if (is_sought(cube, scan))
		put_slots(sql, piece);
	else
		tm_text_format(sql, "time >= %" PRIu64 " AND time < %" PRIu64,
				piece->begin_ns, piece->end_ns);
	for (unsigned i = 0; i < TM_KEYS_STORED; i++)
		put_wanted(sql, history, scan, i);
}

/* What was lost has no address, so a table of remotes has no columns for it: it
 * is in rows of traffic without one. Few slots have any. */
static void put_lost_statement(struct tm_text *sql,
		const struct tm_history *history,
		const struct tm_history_scan *scan,
		const struct tm_history_piece *piece)
{
	const char *const resolution =
			tm_history_resolution_name(piece->resolution);

	tm_text_format(sql, "SELECT time, 0, 0, 0, 0, " TM_HISTORY_LOST);
	if (scan->keys)
		tm_text_format(sql, ", remote");
	tm_text_format(sql,
			" FROM traffic_%s INDEXED BY traffic_%s_%s WHERE time IN "
			"(SELECT time FROM user_%s WHERE time >= %" PRIu64
			" AND time < %" PRIu64
			" AND (lost_in_bytes OR lost_in_packets "
			"OR lost_out_bytes OR lost_out_packets)) AND remote IN (%d, "
			"%d)",
			resolution, resolution,
			tm_history_remote_index(history), resolution,
			piece->begin_ns, piece->end_ns, TM_HISTORY_UNKNOWN,
			TM_HISTORY_REMAINDER);
	put_wanted(sql, history, scan, TM_KEY_REMOTE);
}

/* --- the rows --- */

static void read_amounts(
		sqlite3_stmt *statement, int at, struct tm_amount amounts[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		amounts[i].bytes = sqlite3_column_int64(statement, at++);
		amounts[i].packets = sqlite3_column_int64(statement, at++);
	}
}

static void read_row(sqlite3_stmt *statement,
		const struct tm_history_scan *scan, bool has_lost,
		struct tm_history_sums *sums)
{
	int at = has_lost ? 9 : 5;

	sums->time_ns = sqlite3_column_int64(statement, 0);
	read_amounts(statement, 1, sums->moved);
	if (has_lost)
		read_amounts(statement, 5, sums->lost);
	for (unsigned i = 0; i < TM_KEYS_STORED; i++) {
		if (scan->keys & 1u << i)
			sums->values[i] = sqlite3_column_int64(statement, at++);
	}
	if (!scan->has_direction)
		return;
	sums->moved[!scan->direction] = (struct tm_amount){ 0 };
	sums->lost[!scan->direction] = (struct tm_amount){ 0 };
}

static bool is_empty(const struct tm_history_sums *sums)
{
	return !(sums->moved[TM_IN].bytes | sums->moved[TM_OUT].bytes |
			sums->moved[TM_IN].packets |
			sums->moved[TM_OUT].packets | sums->lost[TM_IN].bytes |
			sums->lost[TM_OUT].bytes | sums->lost[TM_IN].packets |
			sums->lost[TM_OUT].packets);
}

static int take_rows(struct tm_history *history,
		const struct tm_history_scan *scan, struct tm_text *sql,
		bool has_lost, struct tm_history_sums sums)
{
	sqlite3_stmt *const statement = tm_history_prepare_text(history, sql);
	int result;

	if (!statement)
		return -1;
	while ((result = tm_history_step(history, statement)) == 1) {
		read_row(statement, scan, has_lost, &sums);
		if (!is_empty(&sums))
			scan->take(scan->context, &sums);
	}
	sqlite3_finalize(statement);
	return result;
}

static int scan_piece(struct tm_history *history,
		const struct tm_history_scan *scan,
		const struct tm_history_piece *piece)
{
	const struct tm_history_cube_facts *const cube =
			choose_cube(scan, piece->resolution);
	const struct tm_history_sums sums = { .resolution = piece->resolution };
	struct tm_text sql = { 0 }, of_lost = { 0 };

	put_statement(&sql, history, scan, cube, piece);
	if (take_rows(history, scan, &sql, cube->has_lost, sums))
		return -1;
	if (cube->has_lost)
		return 0;
	put_lost_statement(&of_lost, history, scan, piece);
	return take_rows(history, scan, &of_lost, true, sums);
}

int tm_history_scan_run(struct tm_history *history,
		const struct tm_history_plan *plan,
		const struct tm_history_scan *scan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (scan_piece(history, scan, &plan->pieces[i]))
			return -1;
	}
	return 0;
}
