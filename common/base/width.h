/* How many columns of a terminal a text occupies, in any locale: UTF-8, wide
 * characters two, combining ones none. Escape hostile text first (escape.h). */
#ifndef TM_BASE_WIDTH_H
#define TM_BASE_WIDTH_H

#include <stddef.h>

/* The columns of the text; a control character or a byte that is not UTF-8
 * counts as one. */
size_t tm_width(const char *text);

/* How many bytes of the text take no more than so many columns, whole
 * characters; *used is how many columns those take. */
size_t tm_width_fit(const char *text, size_t columns, size_t *used);

/* The offset of the longest end of the text that fits the columns. */
size_t tm_width_skip(const char *text, size_t columns, size_t *used);

#endif
