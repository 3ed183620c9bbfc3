#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/system/confine.h"
#include "common/system/rights.h"
#include "sandbox.h"

static bool may_read_all; /* CAP_DAC_READ_SEARCH is kept */

static const struct passwd *ordinary_user(const char *name)
{
	const struct passwd *const user = tm_rights_user(name);

	return name || (user && user->pw_uid) ? user : getpwnam("nobody");
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

/* An effective set that is empty shows what the user may. */
static int keep_reading(const char *database)
{
	uint64_t kept = 0;

	may_read_all = !may_read(database);
	if (may_read_all)
		kept = TM_CAPABILITY(CAP_DAC_READ_SEARCH);
	return tm_rights_keep(kept, kept);
}

const char *sandbox_become(const char *name, const char *database)
{
	const struct passwd *user;

	if (geteuid() && !name)
		return NULL;
	user = ordinary_user(name);
	if (!user)
		return "there is no such user (--user NAME)";
	if (!user->pw_uid)
		return "it never runs as root (--user NAME)";
	if (user->pw_uid == geteuid())
		return NULL;
	tm_rights_bound();
	if (tm_rights_become(user, true) || keep_reading(database))
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

/* What no server of what it has already can want. The rest of the list would
 * change with each version of three libraries. */
static const char *const refused_calls[] = { "execve", "execveat", "fork",
	"vfork", "ptrace", "process_vm_readv", "process_vm_writev", "kill",
	"connect", "bind", "listen", "socket", "socketpair", "mount", "umount2",
	"pivot_root", "chroot", "unshare", "setns", "bpf", "perf_event_open",
	"userfaultfd", "keyctl", "add_key", "request_key", "init_module",
	"finit_module", "delete_module", "kexec_load", "reboot", "swapon",
	"swapoff", "setuid", "setgid", "setgroups", "setresuid", "setresgid",
	"capset", "personality", "io_uring_setup", "memfd_create", "link",
	"linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2",
	"open_by_handle_at", "mknod", "mknodat", "mkdir", "mkdirat", "truncate",
	"chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown",
	NULL };

const char *sandbox_close(const char *database,
		void report(const char *what, const char *why))
{
	const struct tm_calls calls = { .names = refused_calls,
		.are_refused = true };
	const char *problem = confine_files(database);

	if (problem) {
		report("to its files (landlock)", problem);
		if (may_read_all)
			return "nobody else may read it, and this kernel has "
			       "no landlock: name who may (--user NAME)";
	}
	problem = tm_rights_filter(&calls);
	if (problem)
		report("in its system calls (seccomp)", problem);
	return NULL;
}
