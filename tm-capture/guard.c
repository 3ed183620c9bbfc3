#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard.h"

/* Reads one byte, or the end: 1, 0, or -1 with errno. */
static ssize_t guard_wait(int fd)
{
	char byte;
	ssize_t n;

	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n;
}

static void guard_ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE,
		SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_IGN);
}

/* If this process held the pipe open, its reader would never see the end. */
static void guard_keep_only(int guarded, int keep)
{
	const int in = dup(guarded), lock = dup(keep);

	dup2(in, STDIN_FILENO);
	dup2(lock, STDOUT_FILENO);
	closefrom(STDERR_FILENO + 1);
}

__attribute__((noreturn)) static void guard_run(int prepare(void *context),
		void clean(void *context), void *context)
{
	if (prepare(context) || write(STDIN_FILENO, "", 1) != 1)
		_exit(1);
	guard_wait(STDIN_FILENO);
	clean(context);
	_exit(0);
}

int guard_start(int prepare(void *context), void clean(void *context),
		void *context, int keep, pid_t *pid)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	signal(SIGCHLD, SIG_IGN); /* orphaned, so that nobody has to wait for it
				   */
	*pid = fork();
	if (!*pid) {
		/* out of reach of signals from this terminal */
		setsid();
		guard_ignore_signals();
		guard_keep_only(ends[1], keep);
		guard_run(prepare, clean, context);
	}
	close(ends[1]);
	if (*pid > 0 && guard_wait(ends[0]) == 1)
		return ends[0];
	close(ends[0]);
	errno = *pid < 0 ? errno : EPERM;
	return -1;
}

void guard_end(int fd)
{
	shutdown(fd, SHUT_WR);
	guard_wait(fd);
	close(fd);
}
