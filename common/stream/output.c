#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "reader.h"

size_t tm_write_most(int fd, const void *data, size_t size)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };
	size_t written = 0;
	ssize_t n;

	while (written < size) {
		n = write(fd, (const char *)data + written, size - written);
		if (n < 0 && errno == EAGAIN)
			poll(&writable, 1, -1);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			break;
		if (n > 0)
			written += n;
	}
	return written;
}

int tm_write(int fd, const void *data, size_t size)
{
	return tm_write_most(fd, data, size) < size ? -1 : 0;
}

bool tm_output_is(const struct stat *input)
{
	struct stat output;

	return S_ISREG(input->st_mode) && !fstat(STDOUT_FILENO, &output) &&
			output.st_dev == input->st_dev &&
			output.st_ino == input->st_ino;
}

const char *tm_output_prepare(void)
{
	if (isatty(STDOUT_FILENO))
		return "standard output is a terminal; send the events to a "
		       "file or a pipe, or look at them with | tm-print";
	fcntl(STDOUT_FILENO, F_SETPIPE_SZ, TM_PIPE_SIZE);
	return NULL;
}
