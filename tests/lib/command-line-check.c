/* Writes its arguments as tm_command_line_write() has them:
 *   command-line-check [-r ROOM] PROGRAM ARGUMENT... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/capture/command-line.h"

int main(int argc, char **argv)
{
	static char arguments[65536], text[65536];
	size_t room = sizeof(text), size = 0;
	int first = 1;

	if (argc > 2 && !strcmp(argv[1], "-r")) {
		room = strtoul(argv[2], NULL, 10);
		first = 3;
	}
	for (int i = first; i < argc; i++) {
		strcpy(arguments + size, argv[i]);
		size += strlen(argv[i]) + 1;
	}
	tm_command_line_write(text, room, arguments, size);
	puts(text);
	return 0;
}
