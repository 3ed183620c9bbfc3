/* cat with the pipes and blocks that the tools use: what a stage of a pipe can
 * reach that looks at nothing. Reads the files named, - or none is
 * standard input. */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/stream/output.h"

static char block[256 * 1024];

static void pump(int fd, const char *name)
{
	ssize_t n;

	fcntl(fd, F_SETPIPE_SZ, 1 << 20);
	while ((n = read(fd, block, sizeof(block))) > 0) {
		if (tm_write(STDOUT_FILENO, block, n))
			err(1, "standard output");
	}
	if (n < 0)
		err(1, "%s", name);
}

static void pump_file(const char *path)
{
	const int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	pump(fd, path);
	close(fd);
}

int main(int argc, char **argv)
{
	fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20);
	if (argc == 1)
		pump(STDIN_FILENO, "standard input");
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-"))
			pump(STDIN_FILENO, "standard input");
		else
			pump_file(argv[i]);
	}
	return 0;
}
