/* Shows what common/system/rights does, for rights.bats.
 *
 * rights-check user     the user that root becomes by default
 * rights-check filter   what a filter permits that allows reading files and
 *                       UDP: a line for each trial */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/system/rights.h"

static void say_result(const char *what, int result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "permitted");
}

static void *nothing(void *unused)
{
	return unused;
}

static int start_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, nothing, NULL);
	return errno ? -1 : -pthread_join(thread, NULL);
}

static int start_process(void)
{
	const pid_t child = fork();

	if (!child)
		_exit(0);
	return child < 0 ? -1 : waitpid(child, NULL, 0);
}

static void try_all(void)
{
	char *const arguments[] = { "true", NULL };

	say_result("thread", start_thread());
	say_result("memory",
			mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1,
					0) == MAP_FAILED
					? -1
					: 0);
	say_result("read a file", open("/etc/passwd", O_RDONLY));
	say_result("write a file", open("/dev/null", O_RDWR));
	say_result("make a file", open("made", O_RDONLY | O_CREAT, 0600));
	say_result("UDP", socket(AF_INET, SOCK_DGRAM, 0));
	say_result("packets", socket(AF_PACKET, SOCK_RAW, 0));
	say_result("process", start_process());
	say_result("program", execv("/bin/true", arguments));
}

int main(int argc, char **argv)
{
	static const char *const names[] = { NULL };
	static const struct tm_call some[] = {
		{ "open", 1, O_ACCMODE | O_CREAT, O_RDONLY },
		{ "openat", 2, O_ACCMODE | O_CREAT, O_RDONLY },
		{ "socket", 0, UINT32_MAX, AF_INET },
	};
	const struct tm_calls calls = { names, some, 3 };
	const struct passwd *user;
	const char *problem;

	if (argc == 2 && !strcmp(argv[1], "user")) {
		user = tm_rights_user(NULL);
		puts(user ? user->pw_name : "none");
		return 0;
	}
	if (argc != 2 || strcmp(argv[1], "filter"))
		errx(2, "usage: rights-check user|filter");
	problem = tm_rights_filter(&calls);
	if (problem)
		errx(1, "%s", problem);
	try_all();
	return 0;
}
