/* Keys as the columns of a table. */
#ifndef TM_SHOW_KEY_CELLS_H
#define TM_SHOW_KEY_CELLS_H

#include "common/sums/keys.h"
#include "table.h"

/* Adds a key's columns, which for the user begin with its number in data.
 * Returns how many they are. */
unsigned tm_key_columns(const struct tm_key *key, struct tm_column *columns);
unsigned tm_keys_columns(const struct tm_keys *keys, struct tm_column *columns);

/* One cell with a label. */
void tm_label_put(struct tm_table *table, const struct tm_label *label);

/* One cell for each column: the keys of a row; or, for the sum of several rows,
 * a word in the first. */
void tm_keys_put(const struct tm_keys *keys, struct tm_table *table,
		const uint64_t *words);
void tm_keys_put_word(const struct tm_keys *keys, struct tm_table *table,
		const char *word);

#endif
