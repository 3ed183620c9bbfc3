#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name-table.h"

struct tm_name_entry *tm_name_table_find(
		const struct tm_name_table *table, uint64_t id)
{
	const uint32_t number = tm_index_find(&table->index, id);

	return number == TM_INDEX_NONE ? NULL : &table->entries[number];
}

static struct tm_name_entry *name_table_add(
		struct tm_name_table *table, uint64_t id)
{
	const uint32_t room = table->room ? 2 * table->room : 16;
	struct tm_name_entry *more;

	errno = ENOSPC;
	if (table->index.count == table->ids_max)
		return NULL;
	if (table->index.count == table->room) {
		more = realloc(table->entries, room * sizeof(*more));
		if (!more)
			return NULL;
		table->entries = more;
		table->room = room;
	}
	/* before the index, which cannot take an id back */
	table->entries[table->index.count] = (struct tm_name_entry){ 0 };
	if (tm_index_add(&table->index, id) == TM_INDEX_NONE)
		return NULL;
	return &table->entries[table->index.count - 1];
}

struct tm_name_entry *tm_name_table_note(
		struct tm_name_table *table, const struct tm_name *name)
{
	struct tm_name_entry *entry = tm_name_table_find(table, name->id);
	size_t before, held, more;
	char *text;

	if (!entry)
		entry = name_table_add(table, name->id);
	if (!entry || (name->part && name->part != entry->part))
		return entry;
	before = entry->text ? strlen(entry->text) : 0;
	held = name->part ? before : 0;
	more = strnlen(name->text, TM_NAME_SIZE);
	errno = ENOSPC;
	if (table->text_size - before + held + more > table->text_max)
		return NULL;
	text = realloc(entry->text, held + more + 1);
	if (!text)
		return NULL;
	memcpy(text + held, name->text, more);
	text[held + more] = '\0';
	table->text_size += held + more - before;
	entry->text = text;
	entry->part = more == TM_NAME_SIZE ? name->part + 1 : 0;
	entry->is_cut = more == TM_NAME_SIZE && name->part + 1 < name->parts &&
			name->part + 1 < TM_NAME_PARTS;
	entry->has_uid = false;
	entry->epoch = 0;
	return entry;
}

struct tm_name_entry *tm_name_table_move(struct tm_name_table *to,
		struct tm_name_table *from, uint64_t id)
{
	struct tm_name_entry *const old = tm_name_table_find(from, id), *entry;
	const size_t size = old->text ? strlen(old->text) : 0;

	errno = ENOSPC;
	if (to->text_size + size > to->text_max)
		return NULL;
	entry = name_table_add(to, id);
	if (!entry)
		return NULL;
	*entry = *old;
	to->text_size += size;
	from->text_size -= size;
	old->text = NULL;
	return entry;
}

void tm_name_table_clear(struct tm_name_table *table)
{
	const struct tm_name_table empty = { .ids_max = table->ids_max,
		.text_max = table->text_max };

	for (uint32_t i = 0; i < table->index.count; i++)
		free(table->entries[i].text);
	free(table->entries);
	tm_index_free(&table->index);
	*table = empty;
}
