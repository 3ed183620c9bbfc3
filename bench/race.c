/* Runs shell commands in turn, so that all of them meet the same weather:
 *   race [-n ROUNDS] GATE COMMAND ...
 * Each reads the FIFO named GATE before its real input: the clock starts when
 * it opens it, so that loading is apart from the work. Prints for each command
 * the medians of both, in seconds: work, then what came before it. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 99
#define COMMANDS_MAX 16

struct times {
	double work[ROUNDS_MAX];
	double load[ROUNDS_MAX];
};

static struct times times[COMMANDS_MAX];

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static pid_t race_start(const char *command)
{
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		err(1, "/bin/sh");
	}
	return pid;
}

static void race_check(int status, const char *command)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "failed (%d): %s",
				WIFEXITED(status) ? WEXITSTATUS(status) : -1,
				command);
}

/* Without O_NONBLOCK a command that fails before it reads would be waited for
 * for ever. */
static void open_gate(const char *gate, pid_t pid, const char *command)
{
	int fd, status;

	while ((fd = open(gate, O_WRONLY | O_NONBLOCK)) < 0) {
		if (errno != ENXIO)
			err(1, "%s", gate);
		if (waitpid(pid, &status, WNOHANG) == pid)
			errx(1, "never read %s: %s", gate, command);
		usleep(50);
	}
	close(fd);
}

static void race_run(const char *gate, const char *command, double *work,
		double *load)
{
	const double started = now();
	const pid_t pid = race_start(command);
	double opened;
	int status;

	open_gate(gate, pid, command);
	opened = now();
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	*work = now() - opened;
	*load = opened - started;
	race_check(status, command);
}

static int race_compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, count, sizeof(*values), race_compare);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

int main(int argc, char **argv)
{
	int rounds = 5, count;
	double unused[2];

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		rounds = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	count = argc - 2;
	if (count < 1 || count > COMMANDS_MAX || rounds < 1 ||
			rounds > ROUNDS_MAX)
		errx(2, "see the head of bench/race.c");
	for (int i = 0; i < count; i++) /* memory touched, programs cached */
		race_run(argv[1], argv[2 + i], &unused[0], &unused[1]);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < count; i++)
			race_run(argv[1], argv[2 + i], &times[i].work[round],
					&times[i].load[round]);
	}
	for (int i = 0; i < count; i++)
		printf("%.6f %.6f\n", median(times[i].work, rounds),
				median(times[i].load, rounds));
	return 0;
}
