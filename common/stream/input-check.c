#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "foreign.h"
#include "input-check.h"
#include "output.h"

#define RECENT_NS (2 * TM_SECOND_NS) /* a capture writes each second */

struct problem {
	char *text;
	size_t room;
};

static int refuse_input(struct problem problem, int status, const char *path,
		const char *why)
{
	snprintf(problem.text, problem.room, "%s: %s", path, why);
	return status;
}

int tm_input_refuse_terminal(const char *path, char *problem, size_t room)
{
	snprintf(problem, room,
			"%s is a terminal; events come from a file or a pipe, "
			"as in: sudo tm-capture | %s",
			path, program_invocation_short_name);
	return TM_MISUSED;
}

/* Output that follows the input in one file is read as input again, without
 * end. */
static int refuse_output(struct problem problem, const char *path,
		const struct stat *status)
{
	return tm_output_is(status) ? refuse_input(problem, TM_FAILED, path,
						      TM_OUTPUT_IS_INPUT)
				    : 0;
}

static int look_at_input(struct problem problem, const char *path, int fd)
{
	const char *const why = tm_foreign_look(fd);

	return why ? refuse_input(problem, TM_CUT, path, why) : 0;
}

static int look_at_file(struct problem problem, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return refuse_input(problem, TM_FAILED, path, strerror(errno));
	status = look_at_input(problem, path, fd);
	close(fd);
	return status;
}

static int check_standard_input(struct problem problem)
{
	struct stat status;

	if (isatty(STDIN_FILENO))
		return tm_input_refuse_terminal(
				TM_STANDARD_INPUT, problem.text, problem.room);
	if (fstat(STDIN_FILENO, &status) || !S_ISREG(status.st_mode))
		return 0;
	if (refuse_output(problem, TM_STANDARD_INPUT, &status))
		return TM_FAILED;
	return look_at_input(problem, TM_STANDARD_INPUT, STDIN_FILENO);
}

static int check_file(struct problem problem, const char *path, uint64_t *size)
{
	struct stat status;

	if (access(path, R_OK) || stat(path, &status))
		return refuse_input(problem, TM_FAILED, path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return refuse_input(problem, TM_FAILED, path, strerror(EISDIR));
	if (refuse_output(problem, path, &status))
		return TM_FAILED;
	*size += status.st_size;
	return S_ISREG(status.st_mode) ? look_at_file(problem, path) : 0;
}

bool tm_inputs_have_standard(char *const *paths)
{
	bool has_standard = !*paths;

	for (; *paths; paths++)
		has_standard |= tm_input_is_standard(*paths);
	return has_standard;
}

int tm_inputs_check(
		char *const *paths, uint64_t *size, char *problem, size_t room)
{
	const struct problem at = { problem, room };
	int status = 0;

	for (; *paths && !status; paths++)
		status = tm_input_is_standard(*paths)
				? check_standard_input(at)
				: check_file(at, *paths, size);
	return status;
}

static bool was_written_just_now(int fd)
{
	const uint64_t now_ns = tm_clock_wall_ns();
	struct stat status;
	uint64_t time_ns;

	if (fstat(fd, &status))
		return false;
	time_ns = status.st_mtim.tv_sec * TM_SECOND_NS + status.st_mtim.tv_nsec;
	return time_ns <= now_ns && now_ns - time_ns < RECENT_NS;
}

/* The kernel grants a read lease if nobody has the file open for writing, to
 * the file's owner and to root. It breaks the lease with a signal. */
bool tm_input_is_written(int fd)
{
	void (*const before)(int) = signal(SIGIO, SIG_IGN);
	bool is_written = false;

	if (!fcntl(fd, F_SETLEASE, F_RDLCK))
		fcntl(fd, F_SETLEASE, F_UNLCK);
	else
		is_written = errno == EAGAIN || was_written_just_now(fd);
	signal(SIGIO, before);
	return is_written;
}
