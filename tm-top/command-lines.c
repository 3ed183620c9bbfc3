#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command-lines.h"

/* A number that was reused by another user is another process. */
static int command_open(uint32_t pid, uint32_t uid)
{
	struct stat status;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &status) || status.st_uid != uid)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool command_line(char *out, size_t size, uint32_t pid, uint32_t uid)
{
	const int fd = command_open(pid, uid);
	ssize_t length = -1;

	if (fd < 0)
		return false;
	length = read(fd, out, size - 1);
	close(fd);
	while (length > 0 && !out[length - 1])
		length--;
	if (length <= 0)
		return false;
	out[length] = '\0';
	for (ssize_t i = 0; i < length; i++) {
		if (!out[i])
			out[i] = ' ';
	}
	return true;
}
