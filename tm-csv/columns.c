#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "common/base/clock.h"
#include "common/base/number.h"
#include "row.h"

const char *columns_known(void)
{
	static char known[TM_KEY_NAMES_SIZE + 64];

	snprintf(known, sizeof(known), "%s, ports (both), packets",
			tm_key_names(TM_KEY_FOR_CSV));
	return known;
}

static bool columns_append(struct columns *columns, const struct tm_key *key,
		const char *name, size_t size)
{
	for (unsigned i = 0; i < columns->count; i++) {
		if (columns->list[i].key == key)
			return false;
	}
	columns->list[columns->count++] =
			(struct csv_column){ key, name, size, false };
	return true;
}

static bool is_column(const char *word, const char *name, size_t size)
{
	return strlen(word) == size && !memcmp(word, name, size);
}

static bool columns_append_key(struct columns *columns, enum tm_key_id id)
{
	const struct tm_key *const key = &tm_key_table[id];

	return columns_append(columns, key, key->name, strlen(key->name));
}

static bool columns_append_named(
		struct columns *columns, const char *name, size_t size)
{
	const struct tm_key *key;

	if (is_column("ports", name, size))
		return columns_append_key(columns, TM_KEY_SOURCE_PORT) &&
				columns_append_key(columns,
						TM_KEY_DESTINATION_PORT);
	key = tm_key_find(TM_KEY_FOR_CSV, name, size);
	return (key || is_column("packets", name, size)) &&
			columns_append(columns, key, name, size);
}

const char *columns_add(struct columns *columns, const char *list)
{
	static char problem[64];
	size_t size;

	for (;; list += size + 1) {
		size = strcspn(list, ",");
		if (!columns_append_named(columns, list, size)) {
			snprintf(problem, sizeof(problem), "%.*s",
					(int)(size < 60 ? size : 60), list);
			return problem;
		}
		if (!list[size])
			return NULL;
	}
}

void columns_begin_with_uid(struct columns *columns)
{
	struct columns others = *columns;

	columns->count = 0;
	columns_append_key(columns, TM_KEY_UID);
	for (unsigned i = 0; i < others.count; i++)
		columns_append(columns, others.list[i].key, others.list[i].name,
				others.list[i].name_size);
}

/* Whether a value reads as its digits, unless it is 0 or TM_NOBODY. */
static bool column_is_number(
		const struct columns *columns, const struct csv_column *column)
{
	const struct tm_key *const key = column->key;

	return key &&
			(key->type == TM_KEY_NUMBER ||
					(key->is_id && columns->sources.is_numeric));
}

bool columns_have(const struct columns *columns, enum tm_key_id id)
{
	for (unsigned i = 0; i < columns->count; i++) {
		if (columns->list[i].key == &tm_key_table[id])
			return true;
	}
	return false;
}

void columns_settle(struct columns *columns)
{
	struct tm_key_sources *const sources = &columns->sources;

	sources->is_at_once = true;
	if (columns_have(columns, TM_KEY_SERVICE))
		sources->ports = tm_ports_new();
	if (columns_have(columns, TM_KEY_PROJECT) && !sources->projects)
		sources->projects = tm_projects_new();
	for (unsigned i = 0; i < columns->count; i++)
		columns->list[i].is_number =
				column_is_number(columns, &columns->list[i]);
}

char *columns_header(const struct columns *columns)
{
	struct tm_text text = { 0 };

	tm_text_string(&text, ROW_FIELDS);
	for (unsigned i = 0; i < columns->count; i++) {
		tm_text_character(&text, ',');
		tm_text_put(&text, columns->list[i].name,
				columns->list[i].name_size);
	}
	tm_text_put(&text, "\n", 2);
	return text.error ? NULL : text.at;
}

static char *column_put_text(char *out, const char *text)
{
	return tm_csv_format(out, COLUMN_TEXT_SIZE, text, strlen(text));
}

/* What a LOST record does not know is empty; what another has none of is 0. */
static char *column_put_absent(const struct tm_key *key, char *out,
		const struct tm_event *event)
{
	if (key->is_detail && event->kind != TM_LOST)
		*out++ = '0';
	return out;
}

static char *column_put_label(const struct tm_key *key,
		const struct tm_label *label, char *out,
		const struct tm_event *event)
{
	switch (label->sort) {
	case TM_LABEL_ABSENT:
		return column_put_absent(key, out, event);
	case TM_LABEL_NAME:
		return column_put_text(out, label->text);
	case TM_LABEL_NUMBER:
		return tm_number_format(out, label->number);
	default:
		return stpcpy(out, label->text);
	}
}

/* --- texts that repeat --- */

#define MEMO_BITS 13
#define MEMO_SIZE 103

/* Fields written lately, by hash: most events repeat an owner. */
struct column_memo {
	uint64_t words[2];
	uint64_t stamp;
	uint8_t size;
	char text[MEMO_SIZE];
};

static struct column_memo column_memos[1 << MEMO_BITS];

/* Which names are in force: each NAME record may change a text, and so may a
 * second that passes. 1 at first, as no free memo has it. */
static uint64_t column_names = 1;

int columns_note(const struct columns *columns, const struct tm_event *event)
{
	column_names += event->kind == TM_NAME || event->kind == TM_START;
	return tm_names_note(columns->sources.names, event);
}

void columns_refresh(const struct columns *columns)
{
	static uint64_t last_ns;
	const uint64_t now_ns = tm_clock_coarse_ns();

	if (now_ns - last_ns < TM_SECOND_NS)
		return;
	last_ns = now_ns;
	tm_names_refresh(columns->sources.names);
	column_names++;
}

/* What a text depends on beside its words: the names so far, the column, and
 * whether the event is LOST, whose absent fields are empty. */
static inline uint64_t column_stamp(
		unsigned column, const struct tm_event *event)
{
	return column_names << 8 | column << 1 | (event->kind == TM_LOST);
}

_Static_assert(COLUMNS_MAX <= 1 << 7, "a column is seven bits of a stamp");

static inline struct column_memo *column_memo_of(
		const uint64_t words[2], uint64_t stamp)
{
	return &column_memos[((words[0] << 1 ^ words[1] ^ stamp) *
					     UINT64_C(0x9e3779b97f4a7c15)) >>
			(64 - MEMO_BITS)];
}

/* Out of line, as in row.c: the frequent path needs no stack then. */
static __attribute__((noinline)) char *column_put_new(
		const struct columns *columns, unsigned column,
		const uint64_t words[2], char *out,
		const struct tm_event *event)
{
	const struct tm_key *const key = columns->list[column].key;
	const uint64_t stamp = column_stamp(column, event);
	struct column_memo *const memo = column_memo_of(words, stamp);
	struct tm_label label;
	char *end;

	key->label(&columns->sources, words, &label);
	end = column_put_label(key, &label, out, event);
	/* a user without a name may get one later, without a NAME record */
	if (label.sort == TM_LABEL_UNNAMED || end - out > MEMO_SIZE)
		return end;
	memcpy(memo->words, words, sizeof(memo->words));
	memo->stamp = stamp;
	memo->size = end - out;
	memcpy(memo->text, out, memo->size);
	return end;
}

static inline char *column_put_again(char *out, const struct column_memo *memo)
{
	memcpy(out, memo->text, 16);
	if (memo->size > 16)
		memcpy(out + 16, memo->text + 16, MEMO_SIZE - 16);
	return out + memo->size;
}

static inline char *column_put_words(const struct columns *columns,
		unsigned column, const uint64_t words[2], char *out,
		const struct tm_event *event)
{
	const uint64_t stamp = column_stamp(column, event);
	const struct column_memo *const memo = column_memo_of(words, stamp);

	if (memo->stamp == stamp && memo->words[0] == words[0] &&
			memo->words[1] == words[1])
		return column_put_again(out, memo);
	return column_put_new(columns, column, words, out, event);
}

static __attribute__((noinline)) char *columns_put_from(
		const struct columns *columns, unsigned i, char *out,
		const struct tm_event *event)
{
	/* not on the stack, whose protector would cost each row a check */
	static uint64_t words[2];

	for (; i < columns->count; i++) {
		const struct csv_column *const column = &columns->list[i];

		*out++ = ',';
		if (!column->key) {
			out = tm_number_format(out, event->packets);
			continue;
		}
		words[1] = 0;
		column->key->extract(&columns->sources, event, words);
		if (column->is_number && *words && *words != TM_NOBODY)
			out = tm_number_format(out, *words);
		else
			out = column_put_words(columns, i, words, out, event);
	}
	return out;
}

char *columns_format(const struct columns *columns, char out[COLUMNS_SIZE],
		const struct tm_event *event)
{
	/* With -o the uid comes first and is often the only column. */
	const bool has_uid = columns->list->key == &tm_key_table[TM_KEY_UID] &&
			event->uid != TM_NOBODY;

	if (has_uid) {
		*out++ = ',';
		out = tm_number_format(out, event->uid);
		if (columns->count == 1)
			return out;
	}
	return columns_put_from(columns, has_uid, out, event);
}
