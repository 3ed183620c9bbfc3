/* An event as one line. */
#ifndef TM_PRINT_FORMAT_H
#define TM_PRINT_FORMAT_H

#include "common/base/escape.h"
#include "common/record/names.h"

#define USER_SIZE_MAX ((size_t)TM_NAME_PARTS * TM_NAME_SIZE)
#define LINE_MAX_SIZE (2048 + TM_ESCAPE_GROWTH * USER_SIZE_MAX)

/* Both write a line that ends in a newline, without a NUL, and return its end.
 */
char *format_text(char out[LINE_MAX_SIZE], const struct tm_event *event);

/* With the name of the owner, if there is one. */
char *format_json(char out[LINE_MAX_SIZE], const struct tm_event *event,
		const char *user);

#endif
