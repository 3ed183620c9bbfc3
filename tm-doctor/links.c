#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/capture/features.h"
#include "common/system/netlink.h"
#include "links.h"
#include "trial.h"

#define LOOPBACK 1  /* its number in every namespace */
#define UNTRIED 255 /* no errno */

static int attach_link(int program)
{
	return trial_attach(program, LOOPBACK, TM_TCX_INGRESS);
}

static int attach_filter(int program)
{
	const struct tm_tc_filter filter = {
		.ifindex = LOOPBACK, .is_in = true, .handle = 1
	};

	int result, error;

	if (tm_netlink_add_clsact(LOOPBACK))
		return -1;
	result = tm_netlink_add_filter(&filter, program);
	error = errno;
	/* the namespace would keep it for a while yet */
	tm_netlink_remove_clsact(LOOPBACK);
	errno = error;
	return result;
}

/* The errno, or 0. */
static int try_inside(int attach(int program))
{
	int program, error;

	if (unshare(CLONE_NEWNET))
		return UNTRIED;
	program = trial_load(BPF_PROG_TYPE_SCHED_CLS, 0, 0);
	if (program < 0)
		return errno;
	error = attach(program) ? errno : 0;
	trial_end(program);
	return error;
}

static int try_apart(int attach(int program))
{
	const pid_t pid = fork();
	int status;

	if (!pid)
		_exit(try_inside(attach));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == UNTRIED)
		return LINKS_UNTRIED;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

int links_try_tcx(void)
{
	return try_apart(attach_link);
}

int links_try_clsact(void)
{
	return try_apart(attach_filter);
}
