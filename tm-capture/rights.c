#include <errno.h>
#include <grp.h>
#include <linux/bpf.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "rights.h"

static void rights_say(char kept[RIGHTS_KEPT], const char *what)
{
	const size_t used = strlen(kept);

	snprintf(kept + used, RIGHTS_KEPT - used, "%s%s", used ? "; " : "",
			what);
}

#ifdef TM_HAVE_CAP_NG
#include <cap-ng.h>

#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* The bounds go first, because that takes CAP_SETPCAP; the rest outlives a
 * change of the user, to be dropped with care. */
static void prepare_capabilities(void)
{
	capng_clear(CAPNG_SELECT_BOUNDS);
	(void)!capng_apply(CAPNG_SELECT_BOUNDS);
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

static int capabilities_keep(int capability)
{
	capng_clear(CAPNG_SELECT_CAPS);
	if (capability >= 0)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
				capability);
	return capng_apply(CAPNG_SELECT_CAPS);
}

/* In permitted alone a capability is out of use, and can come back. */
static int drop_capabilities(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT])
{
	const bool had_bpf = capng_get_caps_process() == 0 &&
			capng_have_capability(CAPNG_PERMITTED, CAP_BPF);

	capng_clear(CAPNG_SELECT_CAPS);
	if (had_bpf)
		capng_update(CAPNG_ADD, CAPNG_PERMITTED, CAP_BPF);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return -1;
	if (can_read(context) || !had_bpf)
		return capabilities_keep(-1);
	rights_say(kept, "CAP_BPF: this kernel reads maps with it only");
	return capabilities_keep(CAP_BPF);
}

static int keep_interfaces(void)
{
	return capabilities_keep(CAP_NET_ADMIN);
}
#else
static int keep_interfaces(void)
{
	return 0;
}

static void prepare_capabilities(void)
{
}

static int drop_capabilities(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT])
{
	(void)can_read;
	(void)context;
	if (!geteuid())
		rights_say(kept, "its capabilities: built without libcap-ng");
	return 0;
}
#endif

#ifdef TM_HAVE_SECCOMP
#include <seccomp.h>

/* What reading, writing, waiting and the name service take. Everything else
 * is refused, not killed: it may run under strace or a sanitizer. */
static const int permitted[] = { SCMP_SYS(read), SCMP_SYS(readv),
	SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close),
	SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(fstat), SCMP_SYS(stat),
	SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getdents),
	SCMP_SYS(lseek), SCMP_SYS(ftruncate), SCMP_SYS(fcntl), SCMP_SYS(dup),
	SCMP_SYS(ioctl), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_create1), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_getres), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
	SCMP_SYS(membarrier), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(tgkill), SCMP_SYS(tkill),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(prlimit64), SCMP_SYS(getrlimit), SCMP_SYS(uname),
	SCMP_SYS(sysinfo), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(sendto), SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg), SCMP_SYS(shutdown), SCMP_SYS(exit),
	SCMP_SYS(exit_group) };

static const enum bpf_cmd bpf_permitted[] = { BPF_MAP_LOOKUP_ELEM,
	BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
	BPF_MAP_LOOKUP_BATCH, BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_DETACH,
	BPF_ITER_CREATE };

static int filter_fill(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(permitted) / sizeof(*permitted); i++) {
		/* a number below 0 is of another architecture */
		if (permitted[i] >= 0 &&
				seccomp_rule_add(filter, SCMP_ACT_ALLOW,
						permitted[i], 0))
			return -1;
	}
	for (size_t i = 0; i < sizeof(bpf_permitted) / sizeof(*bpf_permitted);
			i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 1,
				    SCMP_A0(SCMP_CMP_EQ, bpf_permitted[i], 0)))
			return -1;
	}
	return 0;
}

static int filter_calls(char kept[RIGHTS_KEPT])
{
	const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (!filter)
		return -1;
	if (filter_fill(filter) || seccomp_load(filter))
		rights_say(kept, "its system calls: no seccomp here");
	seccomp_release(filter);
	return 0;
}
#else
static int filter_calls(char kept[RIGHTS_KEPT])
{
	rights_say(kept, "its system calls: built without libseccomp");
	return 0;
}
#endif

bool rights_knows(const char *name)
{
	errno = 0;
	if (getpwnam(name))
		return true;
	/* what getpwnam(3) has for "not found" where it is not 0 */
	if (errno == ENOENT || errno == ESRCH || errno == EBADF ||
			errno == EPERM)
		errno = 0;
	return false;
}

static const struct passwd *find_user(const char *name)
{
	const char *const caller = getenv("SUDO_USER");
	const struct passwd *user;

	if (name)
		return getpwnam(name);
	user = getpwnam("tm");
	return user || !caller ? user : getpwnam(caller);
}

static void say_root(char kept[RIGHTS_KEPT], const char *name,
		const struct passwd *user)
{
	if (name)
		rights_say(kept, "the user root, as asked");
	else if (user)
		rights_say(kept,
				"the user root: the user tm, or who called sudo, is "
				"root too (--user NAME)");
	else
		rights_say(kept,
				"the user root: there is no user tm, nor one who "
				"called sudo (--user NAME)");
}

int rights_become(const char *name, char kept[RIGHTS_KEPT])
{
	const struct passwd *user;

	*kept = '\0';
	prepare_capabilities();
	if (geteuid() && !name)
		return 0;
	errno = 0;
	user = find_user(name);
	if (!user && name) {
		errno = errno ? errno : ENOENT;
		return -1;
	}
	if (!user || (!user->pw_uid && !geteuid())) {
		say_root(kept, name, user);
		return 0;
	}
	if (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid))
		return -1;
	return 0;
}

int rights_drop(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT])
{
	if (drop_capabilities(can_read, context, kept) ||
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return filter_calls(kept);
}

int rights_guard(const char *name)
{
	char kept[RIGHTS_KEPT];

	if (rights_become(name, kept) || keep_interfaces() ||
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return filter_calls(kept);
}
