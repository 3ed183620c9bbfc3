/* The texts that NAME records gave to ids of one kind. */
#ifndef TM_RECORD_NAME_TABLE_H
#define TM_RECORD_NAME_TABLE_H

#include "common/base/index.h"
#include "event.h"

#define TM_NAME_PARTS 40  /* records of the longest text: 4,160 bytes */
#define TM_NAME_NUMBERS 6 /* what names.c derives from a text, at most */

struct tm_name_entry {
	char *text;	/* NULL = none */
	uint32_t uid;	/* of a login, once has_uid */
	uint32_t run;	/* in which it was recorded */
	uint32_t epoch; /* of the numbers, 0 = none are known */
	uint32_t numbers[TM_NAME_NUMBERS];
	uint8_t part; /* the NAME record that may follow, 0 = none may */
	bool has_uid;
	bool is_cut; /* more was to follow than has so far */
};

struct tm_name_table {
	struct tm_index index;
	struct tm_name_entry *entries;
	uint32_t room;
	uint32_t ids_max;
	size_t text_size, text_max;
};

struct tm_name_entry *tm_name_table_find(
		const struct tm_name_table *table, uint64_t id);

/* Adds the record to the text of its id. A first part replaces an earlier text;
 * parts out of their order are passed over. NULL and errno if there is no
 * memory, ENOSPC beyond the limits. */
struct tm_name_entry *tm_name_table_note(
		struct tm_name_table *table, const struct tm_name *name);

/* Moves the entry of an id to a table that does not have it. NULL and errno, as
 * above. */
struct tm_name_entry *tm_name_table_move(struct tm_name_table *to,
		struct tm_name_table *from, uint64_t id);

/* Empties it; its limits stay. */
void tm_name_table_clear(struct tm_name_table *table);

#endif
