#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks.h"
#include "probe.h"
#include "trial.h"

/* Numbers by hand: headers before 5.8 lack two of them. */
static const struct capability {
	const char *name;
	const char *option; /* of a container engine */
	int number;
	bool is_needed;
	const char *cost;
} capabilities[] = {
	{ "CAP_BPF", "BPF", 39, true, "no program and no map can be loaded" },
	{ "CAP_NET_ADMIN", "NET_ADMIN", 12, true,
			"programs cannot be attached to a cgroup or an interface" },
	{ "CAP_PERFMON", "PERFMON", 38, false,
			"the owner is the user of the socket as its own user "
			"namespace sees it, without a process; events carry the flag "
			"unsure; there is no --every and no --l2, a packet in "
			"fragments counts as one, and nothing is unattributed" },
};

#define ADMIN 21

static uint64_t effective(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static bool can_get_more(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

static void fix_capability(struct finding *row,
		const struct capability *capability, bool counts)
{
	if (!counts)
		finding_fix(row, capability->cost,
				"run tm-capture outside this user namespace");
	else if (prctl(PR_CAPBSET_READ, capability->number, 0, 0, 0) != 1)
		finding_fix(row, capability->cost,
				"on the host; or start the container with "
				"--cap-add=%s",
				capability->option);
	else if (!can_get_more())
		finding_fix(row, capability->cost,
				"from a process without no_new_privs: sudo "
				"tm-capture");
	else
		finding_fix(row, capability->cost,
				"sudo tm-capture, or give it CAP_BPF, CAP_NET_ADMIN, "
				"CAP_PERFMON");
}

static bool check_capability(struct findings *table,
		const struct capability *capability, uint64_t held, bool counts)
{
	const bool is_admin = held >> ADMIN & 1 && capability->number >= 38;
	struct finding *row;

	if (counts && (held >> capability->number & 1 || is_admin)) {
		finding_add(table, capability->name, FINDING_OK, "%s",
				held >> capability->number & 1
						? "held"
						: "by CAP_SYS_ADMIN")
				->is_needed = capability->is_needed;
		return true;
	}
	row = finding_add(table, capability->name, FINDING_MISSING, "%s",
			counts ? "not held"
			       : "not held outside this user namespace");
	row->is_needed = capability->is_needed;
	fix_capability(row, capability, counts);
	return !capability->is_needed;
}

static void check_user_namespace(struct findings *table, bool is_initial)
{
	struct finding *const row = finding_add(table, "user namespace",
			is_initial ? FINDING_OK : FINDING_MISSING, "%s",
			is_initial ? "the host's"
				   : "one of its own, as in a rootless "
				     "container");

	row->is_needed = true;
	if (!is_initial)
		finding_fix(row,
				"capabilities of such a namespace count for nothing "
				"in bpf(2)",
				"run tm-capture on the host, or in a container "
				"without a user namespace");
}

static void check_no_new_privs(struct doctor *doctor)
{
	struct findings *const table = &doctor->table;

	if (can_get_more())
		finding_add(table, "no_new_privs", FINDING_OK, "not set");
	else if (doctor->has_rights)
		finding_add(table, "no_new_privs", FINDING_OK,
				"set; not in the way");
	else
		finding_fix(finding_add(table, "no_new_privs", FINDING_NOTE,
					    "set"),
				"sudo and file capabilities give nothing here",
				"start from a login, or without "
				"NoNewPrivileges=yes");
}

static bool rights_are_missing(int error)
{
	return error == EPERM || error == EACCES;
}

static void check_call(struct doctor *doctor)
{
	const int map = trial_map(BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0);
	const int error = errno;
	struct finding *row;

	if (map >= 0) {
		close(map);
		row = finding_add(&doctor->table, "bpf system call", FINDING_OK,
				"permitted");
	} else if (rights_are_missing(error) && !doctor->has_rights) {
		row = finding_add(&doctor->table, "bpf system call",
				FINDING_UNKNOWN,
				"needs the rights above to be tried");
	} else {
		row = finding_add(&doctor->table, "bpf system call",
				FINDING_MISSING, "%s", strerror(error));
		finding_fix(row, "no program and no map can be loaded", "%s",
				error == ENOSYS ? "a kernel with CONFIG_BPF_SYSCALL=y"
						: "a seccomp or LSM profile that permits "
						  "bpf(2), perf_event_open(2)");
	}
	row->is_needed = true;
}

/* In a child, which gives its rights away for good. */
static int read_without_rights(int map)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { 0 };
	const pid_t child = fork();
	int status;

	if (!child) {
		if (syscall(SYS_capset, &header, none))
			_exit(0);
		_exit(trial_read(map) && errno == EPERM);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_drop(struct doctor *doctor)
{
	static const char name[] = "dropping all rights";
	const int map = trial_map(BPF_MAP_TYPE_HASH, 8, 8, 1, 0);

	if (map < 0) {
		finding_add(&doctor->table, name, FINDING_UNKNOWN,
				"no map could be made to try");
		return;
	}
	if (read_without_rights(map))
		finding_fix(finding_add(&doctor->table, name, FINDING_NOTE,
					    "maps cannot be read without CAP_BPF"),
				"tm-capture keeps CAP_BPF after the start",
				"a kernel of 5.19 or newer");
	else
		finding_add(&doctor->table, name, FINDING_OK,
				"maps can be read without rights");
	close(map);
}

void check_rights(struct doctor *doctor)
{
	const bool is_initial = probe_namespace_is_initial("user");
	const uint64_t held = effective();

	doctor->table.group = "rights";
	doctor->has_rights = true;
	check_user_namespace(&doctor->table, is_initial);
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities);
			i++) {
		if (!check_capability(&doctor->table, &capabilities[i], held,
				    is_initial))
			doctor->has_rights = false;
	}
	doctor->has_perfmon =
			finding_find(&doctor->table, "CAP_PERFMON")->state ==
			FINDING_OK;
	check_no_new_privs(doctor);
	check_call(doctor);
	check_drop(doctor);
}
