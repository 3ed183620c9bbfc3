/* What was found, a row for each thing that was looked at. */
#ifndef TM_DOCTOR_TABLE_H
#define TM_DOCTOR_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TM_ROWS 256
#define TM_FOUND_SIZE 384

enum tm_state {
	TM_OK,
	TM_NOTE,    /* something here changes what is counted */
	TM_UNKNOWN, /* it could not be tried */
	TM_MISSING,
};

struct tm_row {
	const char *group;
	const char *name;
	enum tm_state state;
	bool is_needed; /* without it nothing is captured */
	char found[TM_FOUND_SIZE];
	const char *cost; /* for tm-capture, "" = none */
	char mend[160];	  /* one line, "" = none is known */
};

struct tm_table {
	struct tm_row rows[TM_ROWS];
	size_t count;
	const char *group; /* of the rows to come */
};

/* Adds a row and returns it, so that cost and mend can be filled in. A full
 * table keeps its last row for what comes. */
__attribute__((format(printf, 4, 5))) struct tm_row *tm_row_add(
		struct tm_table *table, const char *name, enum tm_state state,
		const char *format, ...);

__attribute__((format(printf, 3, 4))) void tm_row_mend(
		struct tm_row *row, const char *cost, const char *format, ...);

/* The row of that name, NULL where there is none. */
const struct tm_row *tm_row_find(
		const struct tm_table *table, const char *name);

/* Appends to a row's list of what was found, after ", ". */
void tm_row_append(struct tm_row *row, const char *text);

bool tm_table_can_capture(const struct tm_table *table);

/* Prints on standard output. With is_short only what is not ok. */
void tm_table_print(const struct tm_table *table, bool is_short);
void tm_table_print_json(const struct tm_table *table);

#endif
