#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rights.h"

static const struct passwd *user_named(const char *name)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	/* getpwnam(3) may return these for "not found" */
	if (!user &&
			(errno == ENOENT || errno == ESRCH || errno == EBADF ||
					errno == EPERM))
		errno = 0;
	return user;
}

const struct passwd *tm_rights_user(const char *name)
{
	const char *const ours[] = { "tm", getenv("SUDO_USER"), "nobody" };
	const struct passwd *user = NULL;

	if (name)
		return user_named(name);
	for (unsigned i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		user = ours[i] ? user_named(ours[i]) : NULL;
		if (user && user->pw_uid)
			return user;
	}
	return NULL;
}

void tm_rights_bound(void)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

int tm_rights_become(const struct passwd *user, bool in_groups)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -1;
	if (in_groups ? initgroups(user->pw_name, user->pw_gid)
		      : setgroups(0, NULL))
		return -1;
	return setgid(user->pw_gid) || setuid(user->pw_uid) ? -1 : 0;
}

uint64_t tm_rights_held(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2] = { 0 };

	if (syscall(SYS_capget, &header, sets))
		return 0;
	return sets[0].permitted | (uint64_t)sets[1].permitted << 32;
}

int tm_rights_keep(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct sets[2] = {
		{ .effective = effective, .permitted = permitted },
		{ .effective = effective >> 32, .permitted = permitted >> 32 }
	};

	if (syscall(SYS_capset, &header, sets))
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

#ifdef TM_HAVE_SECCOMP
#include <sched.h>
#include <seccomp.h>

/* Some exist on 32-bit machines only. */
static const char *const base_calls[] = { "read", "readv", "pread64", "preadv",
	"write", "writev", "close", "fstat", "fstat64", "fstatfs", "fstatfs64",
	"lseek", "_llseek", "fcntl", "fcntl64", "dup", "ioctl", "mmap", "mmap2",
	"munmap", "mremap", "mprotect", "madvise", "brk", "futex",
	"futex_time64", "membarrier", "poll", "ppoll", "ppoll_time64", "select",
	"_newselect", "pselect6", "pselect6_time64", "epoll_create1",
	"epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2", "clock_gettime",
	"clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64",
	"clock_getres", "clock_getres_time64", "nanosleep", "gettimeofday",
	"time", "getrandom", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sigreturn", "sigaltstack", "restart_syscall", "tgkill", "tkill",
	"set_robust_list", "rseq", "sched_yield", "sched_getaffinity",
	"prlimit64", "getrlimit", "ugetrlimit", "uname", "sysinfo", "getpid",
	"gettid", "getuid", "getuid32", "geteuid", "geteuid32", "getgid",
	"getgid32", "getegid", "getegid32", "exit", "exit_group", NULL };

/* Permits threads and forbids processes. A filter cannot read the flags of
 * clone3; without it, the C library falls back to clone. */
static const struct tm_call base_some[] = {
#ifdef __s390__
	{ "clone", 1, CLONE_THREAD, CLONE_THREAD },
#else
	{ "clone", 0, CLONE_THREAD, CLONE_THREAD },
#endif
};

static int permit_names(scmp_filter_ctx filter, const char *const *names)
{
	for (; *names; names++) {
		const int call = seccomp_syscall_resolve_name(*names);

		/* a number below 0 is of another architecture or version */
		if (call >= 0 &&
				seccomp_rule_add(filter, SCMP_ACT_ALLOW, call,
						0))
			return -1;
	}
	return 0;
}

static int permit_some(scmp_filter_ctx filter, const struct tm_call *some,
		size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct scmp_arg_cmp argument = { .arg = some[i].argument,
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = some[i].mask,
			.datum_b = some[i].value };
		const int call = seccomp_syscall_resolve_name(some[i].name);

		if (call >= 0 &&
				seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
						call, 1, &argument))
			return -1;
	}
	return 0;
}

const char *tm_rights_filter(const struct tm_calls *calls)
{
	const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	const bool is_loaded = filter && !permit_names(filter, base_calls) &&
			!permit_some(filter, base_some,
					sizeof(base_some) /
							sizeof(*base_some)) &&
			!permit_names(filter, calls->names) &&
			!permit_some(filter, calls->some, calls->some_count) &&
			!seccomp_load(filter);

	seccomp_release(filter);
	return is_loaded ? NULL : "no seccomp here";
}
#else
const char *tm_rights_filter(const struct tm_calls *calls)
{
	(void)calls;
	return "built without libseccomp";
}
#endif
