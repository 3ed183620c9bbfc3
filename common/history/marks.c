#include <stddef.h>
#include <string.h>

#include "marks.h"

/* The marks by their names in the table. */
static const struct mark {
	const char *name;
	size_t offset;
} names[] = {
	{ "added_hour",
			offsetof(struct tm_history_marks,
					added[TM_HISTORY_HOUR]) },
	{ "added_day",
			offsetof(struct tm_history_marks,
					added[TM_HISTORY_DAY]) },
	{ "added_month",
			offsetof(struct tm_history_marks,
					added[TM_HISTORY_MONTH]) },
	{ "kept_minute",
			offsetof(struct tm_history_marks,
					kept[TM_HISTORY_MINUTE]) },
	{ "kept_hour",
			offsetof(struct tm_history_marks,
					kept[TM_HISTORY_HOUR]) },
	{ "kept_day", offsetof(struct tm_history_marks, kept[TM_HISTORY_DAY]) },
	{ "first", offsetof(struct tm_history_marks, first_ns) },
	{ "newest", offsetof(struct tm_history_marks, newest_ns) },
	{ "written", offsetof(struct tm_history_marks, written_ns) },
	{ "swept", offsetof(struct tm_history_marks, swept) },
};

#define COUNT (sizeof(names) / sizeof(*names))

static uint64_t *mark_find(struct tm_history_marks *marks, const char *name)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (!strcmp(names[i].name, name))
			return (void *)((char *)marks + names[i].offset);
	}
	return NULL;
}

int tm_history_read_marks(struct tm_history *history)
{
	sqlite3_stmt *const statement = tm_history_prepare(
			history, "SELECT key, value FROM about");
	uint64_t *mark;
	int result;

	if (!statement)
		return -1;
	while ((result = tm_history_step(history, statement)) == 1) {
		mark = mark_find(&history->marks,
				(const char *)sqlite3_column_text(
						statement, 0));
		if (mark)
			*mark = sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	history->marks.format =
			tm_history_number(history, "PRAGMA user_version");
	return result || history->marks.format < 0 ? -1 : 0;
}

int tm_history_write_marks(struct tm_history *history)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"REPLACE INTO about (key, value) VALUES (?, ?)");
	int result = 0;

	if (!statement)
		return -1;
	for (size_t i = 0; i < COUNT && !result; i++) {
		sqlite3_bind_text(
				statement, 1, names[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2,
				*mark_find(&history->marks, names[i].name));
		result = tm_history_step(history, statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return result;
}
