#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/system/confine.h"
#include "common/system/rights.h"
#include "sandbox.h"

static bool may_read_all; /* CAP_DAC_READ_SEARCH is kept */

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
	user = tm_rights_user(name);
	if (!user)
		return "there is no such user (--run-as USER)";
	if (!user->pw_uid)
		return "it never runs as root (--run-as USER)";
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

/* What SQLite needs to read, and HTTP to serve on an open socket. */
static const char *const permitted_calls[] = { "open", "openat", "stat",
	"stat64", "lstat", "lstat64", "newfstatat", "fstatat64", "statx",
	"access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd",
	"pwrite64", "ftruncate", "ftruncate64", "flock", "accept", "accept4",
	"getsockname", "getpeername", "getsockopt", "setsockopt", "send",
	"sendto", "recv", "recvfrom", "sendmsg", "recvmsg", "sendmmsg",
	"sendfile", "sendfile64", "shutdown", "pipe2", NULL };

/* The HTTP library names its threads. */
static const struct tm_call permitted_some[] = {
	{ "prctl", 0, UINT32_MAX, PR_SET_NAME },
};

const char *sandbox_close(const char *database,
		void report(const char *what, const char *why))
{
	const struct tm_calls calls = { .names = permitted_calls,
		.some = permitted_some,
		.some_count = 1 };
	const char *problem = confine_files(database);

	if (problem) {
		report("to its files (landlock)", problem);
		if (may_read_all)
			return "nobody else may read it, and this kernel has "
			       "no landlock: name who may (--run-as USER)";
	}
	problem = tm_rights_filter(&calls);
	if (problem)
		report("in its system calls (seccomp)", problem);
	return NULL;
}
