/* Command lines without their secrets. */
#ifndef TM_CAPTURE_COMMAND_LINE_H
#define TM_CAPTURE_COMMAND_LINE_H

#include <stddef.h>

/* Writes the arguments, each of which ends in NUL but perhaps the last, with
 * blanks between them and "***" in the place of what looks like a secret. What
 * does not fit is left out. Always ends in NUL if there is room for it.
 *
 * This is a guess from names and forms: a secret that nothing names as one
 * stays. */
void tm_command_line_write(
		char *to, size_t room, const char *arguments, size_t size);

#endif
