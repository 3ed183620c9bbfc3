#include "key-cells.h"
#include "common/record/words.h"

#define USER_WIDTH 19 /* the width of a time */
#define OTHERS 16     /* columns of amounts */

_Static_assert(TM_KEYS + OTHERS <= TM_TABLE_COLUMNS, "all keys fit a table");

static bool is_user(const struct tm_key *key)
{
	return key == &tm_key_table[TM_KEY_USER];
}

unsigned tm_key_columns(const struct tm_key *key, struct tm_column *columns)
{
	static const enum tm_cell_type types[] = {
		[TM_KEY_TEXT] = TM_CELL_TEXT,
		[TM_KEY_NUMBER] = TM_CELL_NUMBER,
		[TM_KEY_TIME] = TM_CELL_TIME,
		[TM_KEY_TIME_HOUR] = TM_CELL_HOUR,
		[TM_KEY_TIME_DAY] = TM_CELL_DAY,
	};
	unsigned count = 0;

	if (is_user(key))
		columns[count++] = (struct tm_column){
			.key = tm_key_column(TM_KEY_USER),
			.type = TM_CELL_NUMBER,
		};
	columns[count++] = (struct tm_column){
		.key = key->name,
		.heading = key->heading,
		.type = types[key->type],
		.is_key = true,
		.keeps_end = key->is_path,
		.least = key->type < TM_KEY_TIME ? 8 : 0,
	};
	return count;
}

unsigned tm_keys_columns(const struct tm_keys *keys, struct tm_column *columns)
{
	unsigned count = 0;

	for (unsigned i = 0; i < keys->count; i++)
		count += tm_key_columns(keys->list[i], columns + count);
	if (tm_keys_are_user(keys))
		columns[count - 1].least = columns[count - 1].most = USER_WIDTH;
	return count;
}

void tm_label_put(struct tm_table *table, const struct tm_label *label)
{
	const bool is_table = table->spec.form == TM_FORM_TABLE;

	switch (label->sort) {
	case TM_LABEL_ABSENT:
		tm_table_text(table, is_table ? TM_WORD_ABSENT : NULL);
		break;
	case TM_LABEL_WORD:
		tm_table_text(table, label->text);
		break;
	case TM_LABEL_NAME:
		tm_table_name(table, label->text);
		break;
	case TM_LABEL_UNNAMED:
		tm_table_name(table, is_table ? label->text : NULL);
		break;
	case TM_LABEL_NUMBER:
		tm_table_number(table, label->number);
		break;
	}
}

void tm_keys_put(const struct tm_keys *keys, struct tm_table *table,
		const uint64_t *words)
{
	struct tm_label label;

	for (unsigned i = 0; i < keys->count; i++) {
		const uint64_t *const own = words + keys->offsets[i];

		if (is_user(keys->list[i]))
			tm_table_number(table, (uint32_t)*own);
		keys->list[i]->label(&keys->sources, own, &label);
		tm_label_put(table, &label);
	}
}

void tm_keys_put_word(const struct tm_keys *keys, struct tm_table *table,
		const char *word)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (is_user(keys->list[i]))
			tm_table_none(table);
		tm_table_text(table, i ? NULL : word);
	}
}
