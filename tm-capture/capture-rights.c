#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture-rights.h"
#include "common/system/rights.h"

/* Missing from the headers of some systems that we build on. */
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* What reading, writing, waiting and the name service need. */
static const char *const permitted_calls[] = { "read", "readv", "pread64",
	"write", "writev", "close", "openat", "open", "fstat", "stat", "lstat",
	"newfstatat", "statx", "fstatfs", "statfs", "access", "faccessat",
	"faccessat2", "readlink", "readlinkat", "getdents64", "getdents",
	"lseek", "ftruncate", "fcntl", "dup", "ioctl", "mmap", "munmap",
	"mremap", "mprotect", "madvise", "brk", "futex", "poll", "ppoll",
	"select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_ctl",
	"epoll_create1", "eventfd2", "timerfd_create", "timerfd_settime",
	"clock_gettime", "clock_nanosleep", "clock_getres", "nanosleep",
	"gettimeofday", "time", "getrandom", "membarrier", "rt_sigaction",
	"rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
	"tgkill", "tkill", "clone", "clone3", "set_robust_list", "rseq",
	"sched_yield", "sched_getaffinity", "prlimit64", "getrlimit", "uname",
	"sysinfo", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid",
	"socket", "connect", "bind", "getsockname", "getpeername", "getsockopt",
	"setsockopt", "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg",
	"recvmmsg", "shutdown", "exit", "exit_group", NULL };

static const int permitted_commands[] = { BPF_MAP_LOOKUP_ELEM,
	BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
	BPF_MAP_LOOKUP_BATCH, BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_DETACH,
	BPF_ITER_CREATE };

static void rights_say(
		char kept[RIGHTS_KEPT], const char *what, const char *why)
{
	const size_t used = strlen(kept);

	snprintf(kept + used, RIGHTS_KEPT - used, "%s%s%s", used ? "; " : "",
			what, why);
}

static int rights_drop_capabilities(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT])
{
	const uint64_t bpf = tm_rights_held() & TM_CAPABILITY(CAP_BPF);

	if (tm_rights_keep(0, bpf))
		return -1;
	if (can_read(context) || !bpf)
		return tm_rights_keep(0, 0);
	rights_say(kept, "CAP_BPF: ", "this kernel reads maps with it only");
	return tm_rights_keep(bpf, bpf);
}

static void rights_filter_calls(char kept[RIGHTS_KEPT])
{
	const struct tm_calls calls = { .names = permitted_calls,
		.command_call = "bpf",
		.commands = permitted_commands,
		.command_count = sizeof(permitted_commands) /
				sizeof(*permitted_commands) };
	const char *const problem = tm_rights_filter(&calls);

	if (problem)
		rights_say(kept, "its system calls: ", problem);
}

static void rights_say_root(char kept[RIGHTS_KEPT], const char *name,
		const struct passwd *user)
{
	if (name)
		rights_say(kept, "the user root, ", "as asked");
	else if (user)
		rights_say(kept, "the user root: ",
				"the user tm, or who called sudo, is "
				"root too (--run-as USER)");
	else
		rights_say(kept, "the user root: ",
				"there is no user tm, nor one who "
				"called sudo (--run-as USER)");
}

int rights_become(const char *name, char kept[RIGHTS_KEPT])
{
	const struct passwd *user;

	*kept = '\0';
	tm_rights_bound();
	if (geteuid() && !name)
		return 0;
	user = tm_rights_user(name);
	if (!user && name) {
		errno = errno ? errno : ENOENT;
		return -1;
	}
	if (!user || (!user->pw_uid && !geteuid())) {
		rights_say_root(kept, name, user);
		return 0;
	}
	return tm_rights_become(user, false);
}

int rights_drop(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT])
{
	if (rights_drop_capabilities(can_read, context, kept))
		return -1;
	rights_filter_calls(kept);
	return 0;
}

int rights_guard(const char *name)
{
	const uint64_t interfaces = TM_CAPABILITY(CAP_NET_ADMIN);
	char kept[RIGHTS_KEPT];

	if (rights_become(name, kept) || tm_rights_keep(interfaces, interfaces))
		return -1;
	rights_filter_calls(kept);
	return 0;
}
