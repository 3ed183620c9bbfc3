/* The command that a tool is called with. */
#ifndef TM_TOOL_COMMAND_H
#define TM_TOOL_COMMAND_H

#include "options.h"

/* The number among the names, the last of which is NULL, of the command that is
 * the first operand, or -1. It is taken out of the arguments, before which
 * options may stand. What is spelt nearly as a command and is no file ends the
 * process. */
int tm_command_take(const struct tm_tool *tool, const char *const *names,
		int *argc, char **argv);

#endif
