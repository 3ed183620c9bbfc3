#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture-rights.h"
#include "common/system/confine.h"
#include "common/system/rights.h"

/* Missing from the headers of some systems that we build on. */
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* What looking up users, cgroups and interfaces takes in addition. */
static const char *const permitted_calls[] = { "stat", "stat64", "lstat",
	"lstat64", "newfstatat", "fstatat64", "statx", "statfs", "statfs64",
	"access", "faccessat", "faccessat2", "readlink", "readlinkat",
	"getdents64", "getdents", "ftruncate", "ftruncate64", "timerfd_create",
	"timerfd_settime", "timerfd_settime64", "connect", "bind",
	"getsockname", "getpeername", "getsockopt", "setsockopt", "send",
	"sendto", "recv", "recvfrom", "sendmsg", "recvmsg", "sendmmsg",
	"recvmmsg", "shutdown", NULL };

#define WORD UINT32_MAX
#define WRITES (O_ACCMODE | O_CREAT | O_TRUNC)

/* Open maps, files for reading, and the sockets of name services and of
 * netlink.
 */
static const struct tm_call permitted_some[] = {
	{ "bpf", 0, WORD, BPF_MAP_LOOKUP_ELEM },
	{ "bpf", 0, WORD, BPF_MAP_UPDATE_ELEM },
	{ "bpf", 0, WORD, BPF_MAP_DELETE_ELEM },
	{ "bpf", 0, WORD, BPF_MAP_GET_NEXT_KEY },
	{ "bpf", 0, WORD, BPF_MAP_LOOKUP_BATCH },
	{ "bpf", 0, WORD, BPF_OBJ_GET_INFO_BY_FD },
	{ "bpf", 0, WORD, BPF_LINK_DETACH },
	{ "bpf", 0, WORD, BPF_ITER_CREATE },
	{ "open", 1, WRITES, O_RDONLY },
	{ "openat", 2, WRITES, O_RDONLY },
	{ "socket", 0, WORD, AF_UNIX },
	{ "socket", 0, WORD, AF_INET },
	{ "socket", 0, WORD, AF_INET6 },
	{ "socket", 0, WORD, AF_NETLINK },
};

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

/* Files may be read but not written, created, removed or executed. */
static void rights_confine(char kept[RIGHTS_KEPT])
{
	const char *const problem = tm_confine(NULL, 0, true);

	/* only root could write to many files without landlock */
	if (problem && !geteuid())
		rights_say(kept, "writing files: no landlock: ", problem);
}

static void rights_filter_calls(char kept[RIGHTS_KEPT])
{
	const struct tm_calls calls = { .names = permitted_calls,
		.some = permitted_some,
		.some_count = sizeof(permitted_some) /
				sizeof(*permitted_some) };
	const char *const problem = tm_rights_filter(&calls);

	if (problem)
		rights_say(kept, "its system calls: ", problem);
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
		rights_say(kept, "the user root",
				name ? ", as asked"
				     : ": there is no user tm, no other who "
				       "called sudo, and no user nobody "
				       "(--run-as USER)");
		return 0;
	}
	return tm_rights_become(user, false);
}

int rights_drop(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT])
{
	if (rights_drop_capabilities(can_read, context, kept))
		return -1;
	rights_confine(kept);
	rights_filter_calls(kept);
	return 0;
}

int rights_guard(const char *name)
{
	const uint64_t interfaces = TM_CAPABILITY(CAP_NET_ADMIN);
	char kept[RIGHTS_KEPT];

	if (rights_become(name, kept) || tm_rights_keep(interfaces, interfaces))
		return -1;
	rights_confine(kept);
	rights_filter_calls(kept);
	return 0;
}
