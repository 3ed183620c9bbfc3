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
	const char *const caller = getenv("SUDO_USER");
	const struct passwd *const user = user_named(name ? name : "tm");

	return user || name || !caller ? user : user_named(caller);
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
#include <seccomp.h>

static int add_names(scmp_filter_ctx filter, const struct tm_calls *calls)
{
	const uint32_t action = calls->are_refused ? SCMP_ACT_ERRNO(EPERM)
						   : SCMP_ACT_ALLOW;

	for (const char *const *name = calls->names; *name; name++) {
		const int call = seccomp_syscall_resolve_name(*name);

		/* a negative number is of another architecture or version */
		if (call >= 0 && seccomp_rule_add(filter, action, call, 0))
			return -1;
	}
	return 0;
}

static int add_commands(scmp_filter_ctx filter, const struct tm_calls *calls)
{
	const int call = calls->command_call
			? seccomp_syscall_resolve_name(calls->command_call)
			: -1;

	for (size_t i = 0; call >= 0 && i < calls->command_count; i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
				    SCMP_A0(SCMP_CMP_EQ, calls->commands[i],
						    0)))
			return -1;
	}
	return 0;
}

const char *tm_rights_filter(const struct tm_calls *calls)
{
	const scmp_filter_ctx filter = seccomp_init(calls->are_refused
					? SCMP_ACT_ALLOW
					: SCMP_ACT_ERRNO(EPERM));
	const bool is_loaded = filter && !add_names(filter, calls) &&
			!add_commands(filter, calls) && !seccomp_load(filter);

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
