/* Fields of CSV (RFC 4180) that hold what strangers chose.
 *
 * They are escaped as tm_escape_text has it, so that a row stays on its line;
 * in quotes where there is a comma or a quote; and after an apostrophe where a
 * spreadsheet would take them for a formula, or where they begin with one. */
#ifndef TM_BASE_CSV_H
#define TM_BASE_CSV_H

#include "text.h"

/* The largest field that this many escaped bytes can become. */
#define TM_CSV_SIZE(most) (2 * (most) + 3)

/* Cuts the text after most escaped bytes. Adds no NUL; returns the
 * end. */
char *tm_csv_format(char *out, size_t most, const char *text, size_t length);

/* Appends the whole field to a text. */
void tm_csv_string(struct tm_text *text, const char *string);

#endif
