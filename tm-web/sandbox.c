#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/system/confine.h"
#include "sandbox.h"

static bool may_read_all; /* CAP_DAC_READ_SEARCH is kept */

/* No capability but that, or none. */
static int keep_reading(bool is_kept)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2] = { 0 };

	sets[0].effective = is_kept ? 1U << CAP_DAC_READ_SEARCH : 0;
	sets[0].permitted = sets[0].effective;
	may_read_all = is_kept;
	return syscall(SYS_capset, &header, sets);
}

static const struct passwd *find_user(const char *name)
{
	const char *const caller = getenv("SUDO_USER");
	const struct passwd *user;

	if (name)
		return getpwnam(name);
	user = getpwnam("tm");
	if (!user && caller)
		user = getpwnam(caller);
	return user && user->pw_uid ? user : getpwnam("nobody");
}

/* By its whole path, as SQLite opens it. */
static bool may_read(const char *database)
{
	char *const path = realpath(database, NULL);
	const int file = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
			      : -1;

	if (file >= 0)
		close(file);
	free(path);
	return file >= 0 || errno != EACCES;
}

static int become(const struct passwd *user)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0,
			       0) || initgroups(user->pw_name, user->pw_gid) ||
					setgid(user->pw_gid) ||
					setuid(user->pw_uid)
			? -1
			: 0;
}

const char *confine_user(const char *name, const char *database)
{
	const struct passwd *user;

	if (geteuid() && !name)
		return NULL;
	user = find_user(name);
	if (!user)
		return "there is no such user (--user NAME)";
	if (!user->pw_uid)
		return "it never runs as root (--user NAME)";
	if (user->pw_uid == geteuid())
		return NULL;
	if (become(user))
		return strerror(errno);
	/* an effective set that is empty shows what the user may */
	if (!may_read(database) ? keep_reading(true) : keep_reading(false))
		return strerror(errno);
	return NULL;
}

/* --- files --- */

/* Readers of a database that is written to share an index with the writer, by
 * locks that take a file open for writing. Days are those of its zone. */
static const char *confine_files(const char *database)
{
	const char *const slash = strrchr(database, '/');
	char directory[PATH_MAX], index[PATH_MAX];
	const struct tm_place places[] = {
		{ .path = directory, .may = TM_MAY_READ },
		{ .path = index, .may = TM_MAY_READ | TM_MAY_WRITE },
		{ .path = "/usr/share/zoneinfo", .may = TM_MAY_READ },
		{ .path = "/etc/localtime", .may = TM_MAY_READ },
	};

	snprintf(directory, sizeof(directory), "%.*s/",
			slash ? (int)(slash - database) : 1,
			slash ? database : ".");
	snprintf(index, sizeof(index), "%s-shm", database);
	return tm_confine(places, sizeof(places) / sizeof(*places), false);
}

/* --- system calls --- */

#ifdef TM_HAVE_SECCOMP
#include <seccomp.h>

/* What no server of what it has already can want. The rest of the list would
 * change with each version of three libraries. */
static const int forbidden_calls[] = { SCMP_SYS(execve), SCMP_SYS(execveat),
	SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kill),
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(socket),
	SCMP_SYS(socketpair), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare),
	SCMP_SYS(setns), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd), SCMP_SYS(keyctl), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(init_module), SCMP_SYS(finit_module),
	SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(reboot),
	SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(setuid), SCMP_SYS(setgid),
	SCMP_SYS(setgroups), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(capset), SCMP_SYS(personality), SCMP_SYS(io_uring_setup),
	SCMP_SYS(memfd_create), SCMP_SYS(link), SCMP_SYS(linkat),
	SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(rename),
	SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(truncate), SCMP_SYS(chmod), SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(fchown),
	SCMP_SYS(fchownat), SCMP_SYS(lchown) };

static int fill(scmp_filter_ctx filter)
{
	for (size_t i = 0;
			i < sizeof(forbidden_calls) / sizeof(*forbidden_calls);
			i++) {
		/* a number below 0 is of another architecture */
		if (forbidden_calls[i] >= 0 &&
				seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
						forbidden_calls[i], 0))
			return -1;
	}
	return 0;
}

static void confine_calls(void tell(const char *what))
{
	const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter || fill(filter) || seccomp_load(filter))
		tell("in its system calls (seccomp)");
	seccomp_release(filter);
}
#else
static void confine_calls(void tell(const char *what))
{
	tell("in its system calls: built without libseccomp");
}
#endif

const char *confine(const char *database, void tell(const char *what))
{
	if (confine_files(database)) {
		tell("to its files (landlock)");
		if (may_read_all)
			return "nobody else may read it, and this kernel has "
			       "no landlock: name who may (--user NAME)";
	}
	confine_calls(tell);
	return NULL;
}
