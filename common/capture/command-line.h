/* Command lines without their secrets. */
#ifndef TM_CAPTURE_COMMAND_LINE_H
#define TM_CAPTURE_COMMAND_LINE_H

#include <stddef.h>

/* Writes the arguments with blanks between them, and "***" instead of whatever
 * looks like a secret. Each argument ends in NUL, except perhaps the last. What
 * does not fit is left out. The text ends in NUL if there is room for it.
 *
 * Secrets are guessed from names and forms: one that nothing marks as a secret
 * remains. */
void tm_command_line_write(
		char *to, size_t room, const char *arguments, size_t size);

#endif
