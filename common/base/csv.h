/* Fields of CSV (RFC 4180) that hold what strangers chose.
 *
 * They are escaped as tm_escape_text has it, so that a row stays on its line;
 * in quotes where there is a comma or a quote; and after an apostrophe where a
 * spreadsheet would take them for a formula, or where they begin with one. */
#ifndef TM_BASE_CSV_H
#define TM_BASE_CSV_H

#include "text.h"

/* What a field of so many escaped bytes may become. */
#define TM_CSV_SIZE(most) (2 * (most) + 3)

/* Leaves out what is beyond most escaped bytes. Without a NUL; returns the
 * end. */
char *tm_csv_format(char *out, size_t most, const char *text, size_t length);

/* All of it, at the end of a text. */
void tm_csv_string(struct tm_text *text, const char *string);

#endif
