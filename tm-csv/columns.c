#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "common/base/csv.h"
#include "common/base/number.h"
#include "row.h"

/* Of a longer text the rest is left out: a row has an end. */
#define TEXT_SIZE 8192

_Static_assert(3 * TM_CSV_SIZE(TEXT_SIZE) + COLUMNS_MAX * 256 < COLUMNS_SIZE,
		"user, interface and cgroup are long, the others short");

const char *columns_known(void)
{
	static char known[512];

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
			(struct csv_column){ key, name, size };
	return true;
}

static bool is_word(const char *word, const char *name, size_t size)
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

	if (is_word("ports", name, size))
		return columns_append_key(columns, TM_KEY_SOURCE_PORT) &&
				columns_append_key(columns,
						TM_KEY_DESTINATION_PORT);
	key = tm_key_find(TM_KEY_FOR_CSV, name, size);
	return (key || is_word("packets", name, size)) &&
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
	return tm_csv_format(out, TEXT_SIZE, text, strlen(text));
}

/* What a LOST record does not know is empty; what another has none of is 0. */
static char *column_put_absent(const struct tm_key *key, char *out,
		const struct tm_event *event)
{
	if (key->is_detail && event->kind != TM_LOST)
		*out++ = '0';
	return out;
}

static __attribute__((noinline)) char *column_put_label(
		const struct columns *columns, const struct tm_key *key,
		const uint64_t *words, char *out, const struct tm_event *event)
{
	struct tm_label label;

	key->label(&columns->sources, words, &label);
	switch (label.sort) {
	case TM_LABEL_ABSENT:
		return column_put_absent(key, out, event);
	case TM_LABEL_NAME:
		return column_put_text(out, label.text);
	case TM_LABEL_NUMBER:
		return tm_number_format(out, label.number);
	default:
		return stpcpy(out, label.text);
	}
}

/* Most numbers read as themselves: a label would only copy them. */
static char *column_put_key(const struct columns *columns,
		const struct tm_key *key, char *out,
		const struct tm_event *event)
{
	uint64_t words[2];

	/* which one file of all users has in each row */
	if (key == &tm_key_table[TM_KEY_UID] && event->uid != TM_NOBODY)
		return tm_number_format(out, event->uid);
	key->extract(&columns->sources, event, words);
	if (key->type == TM_KEY_NUMBER && *words && *words != TM_NOBODY)
		return tm_number_format(out, *words);
	return column_put_label(columns, key, words, out, event);
}

char *columns_format(const struct columns *columns, char out[COLUMNS_SIZE],
		const struct tm_event *event)
{
	for (unsigned i = 0; i < columns->count; i++) {
		const struct tm_key *const key = columns->list[i].key;

		*out++ = ',';
		out = key ? column_put_key(columns, key, out, event)
			  : tm_number_format(out, event->packets);
	}
	return out;
}
