/* Further columns behind the seven of row.h, asked for with --columns. */
#ifndef TM_CSV_COLUMNS_H
#define TM_CSV_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/csv.h"
#include "common/sums/key.h"

#define COLUMNS_MAX (TM_KEYS + 1) /* each once, and the packets */

/* Of a longer text the rest is left out: a row has an end. */
#define COLUMN_TEXT_SIZE 8192

/* Room for all of them in one row, whatever the names hold. Little of it is
 * ever touched. */
#define COLUMNS_SIZE (COLUMNS_MAX * (TM_CSV_SIZE(COLUMN_TEXT_SIZE) + 1))

struct csv_column {
	const struct tm_key *key; /* NULL = packets */
	const char *name;	  /* as it was asked for */
	size_t name_size;
	bool is_number; /* it reads as the digits of its value */
};

struct columns {
	struct csv_column list[COLUMNS_MAX];
	unsigned count;
	struct tm_key_sources sources;
};

/* Appends the columns of a list, which is kept, with commas between. NULL, or
 * the first name that is not one or that came before, for a message; static
 * text. */
const char *columns_add(struct columns *columns, const char *list);

bool columns_have(const struct columns *columns, enum tm_key_id id);

/* Once the list and the sources are known, before the first row. */
void columns_settle(struct columns *columns);

/* Puts the uid before all others. */
void columns_begin_with_uid(struct columns *columns);

/* All their names with commas between; the function's own. */
const char *columns_known(void);

/* The header line, with the seven and the end of line; to be freed. NULL when
 * there is no memory. */
char *columns_header(const struct columns *columns);

/* Remembers the name of a NAME record, as tm_names_note does, whose errors it
 * returns. START tells whose names this machine may say. */
int columns_note(const struct columns *columns, const struct tm_event *event);

/* With each block: names grow old. */
void columns_refresh(const struct columns *columns);

/* The fields of one event, a comma before each; returns their end. */
char *columns_format(const struct columns *columns, char out[COLUMNS_SIZE],
		const struct tm_event *event);

#endif
