/* The keys that the tables have columns for, by the table of all keys: numbers,
 * or ids of texts. */
#ifndef TM_HISTORY_STORED_H
#define TM_HISTORY_STORED_H

#include "common/sums/key.h"
#include "database.h"
#include "schema.h"

/* The columns of a table, "a, b, c, ", NUL included. */
#define TM_HISTORY_COLUMNS_SIZE (32 * TM_KEYS_STORED)

/* Whether a value is a user's number, whose text is a name that he may lack. */
static inline bool tm_history_key_is_user(enum tm_key_id id)
{
	return tm_key_table[id].is_user;
}

/* What a column holds for a value. Most traffic has no login, which as -1 takes
 * one byte. */
static inline int64_t tm_history_stored_value(enum tm_key_id id, uint32_t value)
{
	return id == TM_KEY_LOGIN && value == TM_NOBODY ? -1 : (int64_t)value;
}

/* The table with the texts of a key that is not a number. */
struct tm_history_dictionary {
	const char *table, *id, *text;
	const char *shown; /* used instead of text, or NULL */
};

/* NULL for a number. */
const struct tm_history_dictionary *tm_history_dictionary_of(enum tm_key_id id);

/* The key columns of a table; as they are grouped by where a key is folded into
 * the remainder, which is left out; and as they are selected then. */
void tm_history_columns(char out[TM_HISTORY_COLUMNS_SIZE],
		const struct tm_history_cube_facts *cube);
void tm_history_columns_folded(char group[TM_HISTORY_COLUMNS_SIZE],
		char select[TM_HISTORY_COLUMNS_SIZE],
		const struct tm_history_cube_facts *cube,
		enum tm_key_id folded);

/* Whether a history of this format has a column for the key. */
static inline bool tm_history_has_column(
		const struct tm_history *history, enum tm_key_id id)
{
	return id < TM_KEY_WORKLOAD || history->marks.format >= TM_HISTORY_WHO;
}

/* The value of a key in a row of this history, as SQL: that it is not known
 * where the history is of a format without that column. */
const char *tm_history_column_in(
		const struct tm_history *history, enum tm_key_id id);

/* A table's values of all those that are stored, in the order of its columns.
 * How many they are. */
unsigned tm_history_values(const struct tm_history_cube_facts *cube,
		const uint32_t all[TM_KEYS_STORED],
		int64_t values[TM_KEYS_STORED]);

#endif
