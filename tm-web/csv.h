/* Rows as the CSV that tm-store query writes. */
#ifndef TM_WEB_CSV_H
#define TM_WEB_CSV_H

#include "history/query.h"
#include "text.h"

/* The first of the keys is the first column, and so on. */
void csv_write(struct text *text, const struct history_rows *rows,
	const unsigned *keys, unsigned key_count);

#endif
