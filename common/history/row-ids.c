#include <stdlib.h>
#include <string.h>

#include "common/base/room.h"
#include "common/net/address.h"
#include "common/record/event.h"
#include "common/record/names.h"
#include "database.h"
#include "row-ids.h"
#include "schema.h"

#define MANY 1000000 /* 60 MiB */
#define FIRST (TM_HISTORY_REMAINDER + 1)
#define TEXT_SIZE 64

static const struct {
	const char *find, *insert, *last, *count;
} sql[] = {
	[TM_ROW_IDS_PROCESS] = { "SELECT id FROM process WHERE name = ?",
			"INSERT OR IGNORE INTO process VALUES (?, ?)",
			"SELECT max(id) FROM process",
			"SELECT count(*) FROM process" },
	[TM_ROW_IDS_REMOTE] = { "SELECT id FROM remote WHERE address = ?",
			"INSERT OR IGNORE INTO remote VALUES (?, ?)",
			"SELECT max(id) FROM remote",
			"SELECT count(*) FROM remote" },
	[TM_ROW_IDS_WORKLOAD] = { "SELECT id FROM workload WHERE name = ?",
			"INSERT OR IGNORE INTO workload VALUES (?, ?)",
			"SELECT max(id) FROM workload",
			"SELECT count(*) FROM workload" },
	[TM_ROW_IDS_COMMAND] = { "SELECT id FROM command WHERE path = ?",
			"INSERT OR IGNORE INTO command VALUES (?, ?)",
			"SELECT max(id) FROM command",
			"SELECT count(*) FROM command" },
};

void tm_row_ids_forget(struct tm_row_ids *ids)
{
	tm_wide_free(&ids->wide);
	free(ids->ids);
	ids->ids = NULL;
	ids->room = ids->fresh_count = 0;
}

static int ids_measure(struct tm_row_ids *ids)
{
	const int64_t last = tm_history_number(ids->history, sql[ids->of].last);
	const int64_t rows =
			tm_history_number(ids->history, sql[ids->of].count);

	ids->next_id = last + 1;
	ids->rows = rows;
	return last < 0 || rows < 0 ? -1 : 0;
}

int tm_row_ids_open(struct tm_row_ids *ids, struct tm_history *history,
		struct tm_names *names, enum tm_row_ids_of of)
{
	ids->history = history;
	ids->names = names;
	ids->of = of;
	ids->find = tm_history_prepare(history, sql[of].find);
	return ids->find ? ids_measure(ids) : -1;
}

void tm_row_ids_close(struct tm_row_ids *ids)
{
	tm_row_ids_forget(ids);
	free(ids->fresh);
	sqlite3_finalize(ids->find);
	*ids = (struct tm_row_ids){ 0 };
}

/* --- numbers --- */

uint32_t tm_row_ids_known(const struct tm_row_ids *ids, const void *key)
{
	const uint32_t number = tm_wide_known(&ids->wide, key);

	return number == TM_WIDE_NONE ? TM_HISTORY_UNKNOWN : number + FIRST;
}

static uint32_t ids_add_number(struct tm_row_ids *ids, const void *key)
{
	uint32_t *const more = tm_room_for(
			ids->ids, &ids->room, ids->wide.count, sizeof(*more));
	uint32_t number;

	if (!more)
		return TM_WIDE_NONE;
	ids->ids = more;
	number = tm_wide_add(&ids->wide, key);
	if (number != TM_WIDE_NONE)
		ids->ids[number] = 0;
	return number;
}

uint32_t tm_row_ids_number(struct tm_row_ids *ids, const void *key)
{
	const uint32_t known = tm_row_ids_known(ids, key);
	uint32_t number = TM_WIDE_NONE;

	if (known != TM_HISTORY_UNKNOWN)
		return known;
	/* while nothing can be written there are only so many */
	if (ids->wide.count < 2 * MANY)
		number = ids_add_number(ids, key);
	if (number != TM_WIDE_NONE)
		return number + FIRST;
	ids->has_failed = true;
	return TM_HISTORY_REMAINDER;
}

bool tm_row_ids_are_many(const struct tm_row_ids *ids)
{
	return ids->wide.count >= MANY;
}

/* --- the database's --- */

static void ids_bind_text(const struct tm_row_ids *ids, sqlite3_stmt *statement,
		int at, uint32_t number)
{
	const struct tm_wide_key *const key = &ids->wide.keys[number];
	char address[TEXT_SIZE];
	const char *text;

	switch (ids->of) {
	case TM_ROW_IDS_PROCESS:
		text = (const char *)key;
		tm_history_bind_text(statement, at, text,
				strnlen(text, TM_COMM_SIZE));
		break;
	case TM_ROW_IDS_REMOTE:
		tm_history_bind_text(statement, at, address,
				tm_address_format(address, (const void *)key) -
						address);
		break;
	default:
		text = tm_names_text(ids->names, key->high);
		tm_history_bind_text(statement, at, text, strlen(text));
	}
}

/* 1 = it is there. */
static int ids_look_up(struct tm_row_ids *ids, uint32_t number)
{
	int result;

	ids_bind_text(ids, ids->find, 1, number);
	result = tm_history_step(ids->history, ids->find);
	if (result == 1)
		ids->ids[number] = sqlite3_column_int64(ids->find, 0);
	sqlite3_reset(ids->find);
	return result;
}

static int ids_add(struct tm_row_ids *ids, uint32_t number)
{
	uint32_t *const more = tm_room_for(ids->fresh, &ids->fresh_room,
			ids->fresh_count, sizeof(*more));

	if (!more)
		return tm_history_fail(ids->history, "out of memory");
	ids->fresh = more;
	ids->fresh[ids->fresh_count++] = number;
	ids->ids[number] = ids->next_id++;
	return 0;
}

int tm_row_ids_find(struct tm_row_ids *ids, uint32_t number, uint32_t *id)
{
	int result = 1;

	*id = number;
	if (number < FIRST)
		return 0;
	number -= FIRST;
	if (!ids->ids[number])
		result = ids_look_up(ids, number);
	if (!result)
		result = ids_add(ids, number);
	*id = ids->ids[number];
	return result < 0 ? -1 : 0;
}

int tm_row_ids_write(struct tm_row_ids *ids)
{
	sqlite3_stmt *statement;
	int result = 0;

	if (!ids->fresh_count)
		return 0;
	statement = tm_history_prepare(ids->history, sql[ids->of].insert);
	if (!statement)
		return -1;
	for (uint32_t i = 0; i < ids->fresh_count && !result; i++) {
		const uint32_t number = ids->fresh[i];

		sqlite3_bind_int64(statement, 1, ids->ids[number]);
		ids_bind_text(ids, statement, 2, number);
		result = tm_history_step(ids->history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}

void tm_row_ids_settle(struct tm_row_ids *ids, bool are_changed)
{
	ids->rows += ids->fresh_count;
	ids->fresh_count = 0;
	if (are_changed || tm_row_ids_are_many(ids))
		tm_row_ids_forget(ids);
	if (are_changed)
		ids_measure(ids);
}
