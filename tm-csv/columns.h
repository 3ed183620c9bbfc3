/* Further columns behind the seven of row.h, asked for with --columns. */
#ifndef TM_CSV_COLUMNS_H
#define TM_CSV_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/record/event.h"
#include "common/record/names.h"

#define TM_COLUMNS_MAX 16

/* Room for all of them in one row, whatever the names hold. */
#define TM_COLUMNS_SIZE (60 * 1024)

struct tm_columns {
	uint8_t list[TM_COLUMNS_MAX];
	unsigned count;
	bool numbers; /* for names */
	struct tm_names *names;
};

/* Appends the columns that are listed with commas between. NULL, or the first
 * name that is not one or that came before, for a message; static text. */
const char *tm_columns_add(struct tm_columns *columns, const char *list);

/* Puts the uid before all others. */
void tm_columns_begin_with_uid(struct tm_columns *columns);

/* All their names with commas between. */
const char *tm_columns_known(void);

/* The header line, with the seven and the end of line; to be freed. NULL when
 * there is no memory. */
char *tm_columns_header(const struct tm_columns *columns);

/* The fields of one event, a comma before each; returns their end. */
char *tm_columns_format(const struct tm_columns *columns,
		char out[TM_COLUMNS_SIZE], const struct tm_event *event);

#endif
