/* An event as one line. */
#ifndef TM_PRINT_FORMAT_H
#define TM_PRINT_FORMAT_H

#include "common/record/event.h"

#define LINE_MAX_SIZE 2048

/* Both write a line that ends in a newline, without a NUL, and return its end.
 */
char *format_text(char out[LINE_MAX_SIZE], const struct tm_event *event);
char *format_json(char out[LINE_MAX_SIZE], const struct tm_event *event);

#endif
