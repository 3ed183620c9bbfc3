/* Text and numbers as the cells of a table on a terminal. */
#ifndef TM_TOP_TOP_TEXT_H
#define TM_TOP_TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_SIZE 1024 /* a cell of any width */
#define SHORT_SIZE 16

/* Whether the terminal shows more than ASCII, by the locale. */
bool text_is_utf8(void);

/* Makes hostile text harmless and cuts it to so many columns; escapes
 * characters without a width. Returns how many columns it takes. */
unsigned text_fit(char out[TEXT_SIZE], const char *text, unsigned columns);

/* The same, but a path is cut at its beginning. */
unsigned text_fit_path(char out[TEXT_SIZE], const char *path, unsigned columns);

/* Cuts text that is harmless already. */
unsigned text_cut(char out[TEXT_SIZE], const char *text, unsigned columns);

/* How many bytes of harmless text fill a line, up to a blank if there is one.
 */
size_t text_line(const char *text, unsigned columns);

/* How many columns harmless text takes. */
unsigned text_columns(const char *text);

/* Up to SHORT_COLUMNS: "0", "999", "1.5k", "940.1M" in powers of 1000, or for
 * bytes of 1024 ("1.5K") unless --si was given. */
#define SHORT_COLUMNS 6
const char *short_decimal(char out[SHORT_SIZE], double bits);
const char *short_bytes(char out[SHORT_SIZE], double bytes);

#endif
