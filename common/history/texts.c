#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/room.h"
#include "database.h"
#include "stored.h"
#include "texts.h"

struct list {
	char **texts;
	uint32_t count, room;
};

struct tm_history_texts {
	struct tm_history *history;
	struct tm_index indexes[TM_KEYS_STORED];
	struct list lists[TM_KEYS_STORED +
			1]; /* the last: those that were kept */
	sqlite3_stmt *statements[TM_KEYS_STORED];
	bool has_failed;
};

struct tm_history_texts *tm_history_texts_new(struct tm_history *history)
{
	struct tm_history_texts *const texts = calloc(1, sizeof(*texts));

	if (texts)
		texts->history = history;
	else
		tm_history_fail(history, "out of memory");
	return texts;
}

static void text_fail(struct tm_history_texts *texts)
{
	tm_history_fail(texts->history, "out of memory");
	texts->has_failed = true;
}

/* Before an id is numbered, so that texts and numbers stay side by side. */
static bool text_has_room(struct tm_history_texts *texts, struct list *list)
{
	char **const more = tm_room_for(
			list->texts, &list->room, list->count, sizeof(*more));

	if (more)
		list->texts = more;
	else
		text_fail(texts);
	return more;
}

static sqlite3_stmt *text_prepare(
		struct tm_history *history, enum tm_key_id key)
{
	const struct tm_history_dictionary *const of =
			tm_history_dictionary_of(key);
	char sql[256];

	if (!tm_history_has_column(history, key) &&
			!tm_history_key_is_user(key))
		return tm_history_prepare(history, "SELECT '' WHERE ? = 0");
	snprintf(sql, sizeof(sql), "SELECT %s FROM %s WHERE %s = ?",
			of->shown ? of->shown : of->text, of->table, of->id);
	return tm_history_prepare(history, sql);
}

static char *read_text(
		struct tm_history_texts *texts, enum tm_key_id key, uint32_t id)
{
	sqlite3_stmt **const statement = &texts->statements[key];
	char *text = NULL;
	int result;

	if (!*statement)
		*statement = text_prepare(texts->history, key);
	texts->has_failed = texts->has_failed || !*statement;
	if (!*statement)
		return NULL;
	sqlite3_bind_int64(*statement, 1, id);
	result = tm_history_step(texts->history, *statement);
	if (result == 1 && sqlite3_column_type(*statement, 0) != SQLITE_NULL) {
		text = strndup((const char *)sqlite3_column_blob(*statement, 0)
						?: "",
				sqlite3_column_bytes(*statement, 0));
		if (!text)
			text_fail(texts);
	}
	sqlite3_reset(*statement);
	texts->has_failed = texts->has_failed || result < 0;
	return text;
}

const char *tm_history_text(
		struct tm_history_texts *texts, enum tm_key_id key, uint32_t id)
{
	struct tm_index *const index = &texts->indexes[key];
	struct list *const list = &texts->lists[key];
	const uint32_t known = tm_index_find(index, id);

	if (known != TM_INDEX_NONE)
		return list->texts[known];
	if (!text_has_room(texts, list))
		return NULL;
	if (tm_index_add(index, id) == TM_INDEX_NONE) {
		text_fail(texts);
		return NULL;
	}
	return list->texts[list->count++] = read_text(texts, key, id);
}

const char *tm_history_text_keep(
		struct tm_history_texts *texts, const char *text)
{
	struct list *const list = &texts->lists[TM_KEYS_STORED];
	char *const copy = strdup(text);

	if (!copy || !text_has_room(texts, list)) {
		free(copy);
		return NULL;
	}
	return list->texts[list->count++] = copy;
}

int tm_history_texts_check(const struct tm_history_texts *texts)
{
	return texts->has_failed ? -1 : 0;
}

void tm_history_texts_settle(struct tm_history_texts *texts)
{
	for (int i = 0; i < TM_KEYS_STORED; i++) {
		sqlite3_finalize(texts->statements[i]);
		texts->statements[i] = NULL;
	}
}

void tm_history_texts_free(struct tm_history_texts *texts)
{
	if (!texts)
		return;
	tm_history_texts_settle(texts);
	for (int i = 0; i <= TM_KEYS_STORED; i++) {
		for (uint32_t j = 0; j < texts->lists[i].count; j++)
			free(texts->lists[i].texts[j]);
		free(texts->lists[i].texts);
		if (i < TM_KEYS_STORED)
			tm_index_free(&texts->indexes[i]);
	}
	free(texts);
}
