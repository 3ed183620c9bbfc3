#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "descriptors.h"

void tm_descriptors_reserve(void)
{
	static const int modes[] = { [STDIN_FILENO] = O_WRONLY,
		[STDOUT_FILENO] = O_RDONLY,
		[STDERR_FILENO] = O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* the lowest free number, which is this one */
		if (open("/dev/null", modes[fd]) != fd)
			return;
	}
}
