/* Shows what bpf/socket.h does, for verdict.bats: one processor judges a
 * socket, or asks for its verdict, and after each of its instructions in turn
 * another judges the same socket for other ends and by other lists. No answer
 * may be made of both. Prints how many instructions that were. */
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wunknown-attributes"
#endif
#include "bpf/socket.h"

#include <err.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS 10000 /* far more than either takes */

struct judgement {
	uint32_t generation, ends, verdict;
};

/* They differ in the outermost bits of each part. */
static const struct judgement first = { LIST_GENERATIONS - 1, 0,
	EXCLUDED | JUDGED_IN };
static const struct judgement second = { 1, UINT32_MAX, JUDGED_OUT };

static struct socket_state *state; /* both processes have it */

static void judge(const struct judgement *judgement)
{
	remember_verdict(state, judgement->generation, judgement->ends,
			judgement->verdict);
}

/* Whether there is an answer; it must be that of the lists and the ends. */
static bool ask(const struct judgement *lists, const struct judgement *ends)
{
	const uint32_t verdict =
			verdict_of(state, lists->generation, ends->ends);

	if (verdict && (lists != ends || verdict != ends->verdict))
		errx(1, "ends %x by the lists of generation %x: %x", ends->ends,
				lists->generation, verdict);
	return verdict;
}

static unsigned int answers(void)
{
	return ask(&first, &first) + ask(&first, &second) +
			ask(&second, &first) + ask(&second, &second);
}

static void judge_first(void)
{
	judge(&first);
}

static void ask_after_first(void)
{
	answers();
}

/* A process that stops before it acts. */
static pid_t started(void act(void))
{
	const pid_t process = fork();

	if (process < 0)
		err(1, "fork");
	if (process == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			err(1, "ptrace");
		raise(SIGSTOP);
		act();
		_exit(0);
	}
	if (waitpid(process, NULL, 0) != process)
		err(1, "waitpid");
	return process;
}

/* Lets the stopped process go on; whether it has ended, without an error. */
static bool has_ended(pid_t process, int request)
{
	int status;

	if (ptrace(request, process, NULL, NULL) ||
			waitpid(process, &status, 0) != process)
		err(1, "ptrace");
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		exit(1);
	return WIFEXITED(status);
}

/* Whether the process has ended within so many instructions. */
static bool is_interrupted_at(int steps, void act(void))
{
	const pid_t process = started(act);
	bool is_over = false;

	for (int i = 0; i < steps && !is_over; i++)
		is_over = has_ended(process, PTRACE_SINGLESTEP);
	judge(&second);
	if (answers() != 1)
		errx(1, "no verdict after %d instructions", steps);
	if (!is_over && !has_ended(process, PTRACE_CONT))
		errx(1, "stopped after %d instructions", steps);
	if (answers() != 1)
		errx(1, "no verdict in the end");
	return is_over;
}

static int interrupt_everywhere(void act(void))
{
	for (int steps = 0; steps < STEPS; steps++) {
		*state = (struct socket_state){ 0 };
		if (act == ask_after_first)
			judge(&first);
		if (is_interrupted_at(steps, act))
			return steps;
	}
	errx(1, "no end after %d instructions", STEPS);
}

int main(void)
{
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (state == MAP_FAILED)
		err(1, "mmap");
	printf("%d", interrupt_everywhere(judge_first));
	printf(" %d\n", interrupt_everywhere(ask_after_first));
	return 0;
}
