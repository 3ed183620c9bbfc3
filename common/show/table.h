/* A table of results in three forms: for people (aligned, IEC units, local
 * times), as CSV (RFC 4180, exact integers) and as JSON (one object a line). It
 * is opened, gets its cells one after the other, row by row, and is closed:
 *
 *	static const struct tm_column columns[] = {
 *		{.key = "uid", .type = TM_CELL_NUMBER},
 *		{"user", "USER", TM_CELL_TEXT, .is_key = true, .least = 19},
 *		{"total", "TOTAL", .type = TM_CELL_BYTES},
 *		{.heading = "SHARE", .type = TM_CELL_SHARE},
 *	};
 *	tm_table_open(&table, &spec);
 *	tm_table_number(&table, 1000);
 *	tm_table_text(&table, "alice");
 *	tm_table_number(&table, 4096);
 *	tm_table_share(&table, 4096, 8192);
 *	if (tm_table_close(&table, &shares))
 *		err(TM_FAILED, NULL);
 *
 * Text may be hostile: it is copied and escaped. Cells of columns that the form
 * does not have are passed over, so that one sequence of calls serves all. */
#ifndef TM_SHOW_TABLE_H
#define TM_SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell-text.h"
#include "common/base/text.h"
#include "common/stream/shares.h"

#define TM_TABLE_COLUMNS 64

struct tm_column {
	const char *key;     /* NULL = only for people */
	const char *heading; /* NULL = only in data */
	enum tm_cell_type type;
	bool is_key;	/* named in JSON's "by" */
	bool keeps_end; /* a path: cut at its beginning */
	unsigned least; /* columns of a terminal; 0 = by type */
	unsigned most;	/* of text; 0 = 40 */
};

/* Writes text, in order. 0, or -1 with errno. */
typedef int tm_table_write_fn(void *context, const char *text, size_t size);

struct tm_table_spec {
	enum tm_form form;
	const struct tm_column *columns;
	unsigned count;		 /* at most TM_TABLE_COLUMNS */
	bool is_continued;	 /* CSV: without headings */
	uint64_t from_ns, to_ns; /* JSON: the title */
	tm_table_write_fn *write;
	void *context;
};

struct tm_table {
	struct tm_table_spec spec;
	unsigned at;	/* of the next cell */
	unsigned first; /* among the columns of the form */
	uint64_t rows;
	struct tm_text text; /* cells for people, otherwise output not yet
			      * written
			      */
	unsigned widths[TM_TABLE_COLUMNS];
};

void tm_table_open(struct tm_table *table, const struct tm_table_spec *spec);

/* The next cell of the row. NULL and none give an empty cell, in JSON null. */
void tm_table_text(struct tm_table *table, const char *text);
void tm_table_none(struct tm_table *table);

/* A name that strangers chose: where people could take it for a row of the
 * table's own ("all", "none", "(others)" ...) it stands in quotes for them. */
void tm_table_name(struct tm_table *table, const char *name);

/* For NUMBER, BYTES and times. */
void tm_table_number(struct tm_table *table, uint64_t number);

void tm_table_share(struct tm_table *table, uint64_t part, uint64_t whole);
void tm_table_rate(struct tm_table *table, uint64_t bytes, uint64_t length_ns);

/* Writes what is left. The shares are the last line for people and the last
 * members in JSON; CSV has no place for them, which is why a tool shows the
 * line on standard error. NULL leaves them out. 0, or -1 and errno: no memory,
 * or what the writing came to. */
int tm_table_close(struct tm_table *table, const struct tm_shares *shares);

#endif
