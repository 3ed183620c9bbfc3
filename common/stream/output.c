#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "reader.h"

int tm_write(int fd, const void *data, size_t size)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };
	const char *p = data;
	ssize_t n;

	while (size) {
		n = write(fd, p, size);
		if (n < 0 && errno == EAGAIN)
			poll(&writable, 1, -1);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (n > 0) {
			p += n;
			size -= n;
		}
	}
	return 0;
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
