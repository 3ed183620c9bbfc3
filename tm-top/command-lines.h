/* What processes of this machine were called with. */
#ifndef TM_TOP_COMMAND_LINES_H
#define TM_TOP_COMMAND_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The command line of a process that belongs to that user, its arguments
 * separated by blanks, as hostile as they are. False if there is none: it has
 * ended, or this process may not read it. */
bool command_line(char *out, size_t size, uint32_t pid, uint32_t uid);

#endif
