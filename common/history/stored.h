/* The keys that the tables have columns for, by the table of all keys: numbers,
 * or ids of texts. */
#ifndef TM_HISTORY_STORED_H
#define TM_HISTORY_STORED_H

#include "common/sums/key.h"
#include "schema.h"

/* The columns of a table, "a, b, c, ", NUL included. */
#define TM_HISTORY_COLUMNS_SIZE (32 * TM_KEYS_STORED)

/* The table with the texts of a key that is not a number. */
struct tm_history_dictionary {
	const char *table, *id, *text;
	const char *shown; /* used instead of text, or NULL */
};

/* NULL for a number. */
const struct tm_history_dictionary *tm_history_dictionary_of(enum tm_key_id id);

/* The key columns of a table; as they are grouped by, without the remote; and
 * as they are selected, with the remainder for a remote. */
void tm_history_columns(char out[TM_HISTORY_COLUMNS_SIZE],
		const struct tm_history_cube_facts *cube);
void tm_history_columns_folded(char group[TM_HISTORY_COLUMNS_SIZE],
		char select[TM_HISTORY_COLUMNS_SIZE],
		const struct tm_history_cube_facts *cube);

/* A table's values of all those that are stored, in the order of its columns.
 * How many they are. */
unsigned tm_history_values(const struct tm_history_cube_facts *cube,
		const uint32_t all[TM_KEYS_STORED],
		uint32_t values[TM_KEYS_STORED]);

#endif
