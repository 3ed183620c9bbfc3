#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks.h"
#include "place.h"
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

static void mend(struct tm_row *row, const struct capability *capability,
		bool counts)
{
	if (!counts)
		tm_row_mend(row, capability->cost,
				"run tm-capture outside this user namespace");
	else if (prctl(PR_CAPBSET_READ, capability->number, 0, 0, 0) != 1)
		tm_row_mend(row, capability->cost,
				"on the host; or start the container with "
				"--cap-add=%s",
				capability->option);
	else if (!can_get_more())
		tm_row_mend(row, capability->cost,
				"from a process without no_new_privs: sudo "
				"tm-capture");
	else
		tm_row_mend(row, capability->cost,
				"sudo tm-capture, or give it CAP_BPF, CAP_NET_ADMIN, "
				"CAP_PERFMON");
}

static bool check_capability(struct tm_table *table,
		const struct capability *capability, uint64_t held, bool counts)
{
	const bool is_admin = held >> ADMIN & 1 && capability->number >= 38;
	struct tm_row *row;

	if (counts && (held >> capability->number & 1 || is_admin)) {
		tm_row_add(table, capability->name, TM_OK, "%s",
				held >> capability->number & 1
						? "held"
						: "by CAP_SYS_ADMIN")
				->is_needed = capability->is_needed;
		return true;
	}
	row = tm_row_add(table, capability->name, TM_MISSING, "%s",
			counts ? "not held"
			       : "not held outside this user namespace");
	row->is_needed = capability->is_needed;
	mend(row, capability, counts);
	return !capability->is_needed;
}

static void check_user_namespace(struct tm_table *table, bool is_initial)
{
	struct tm_row *const row = tm_row_add(table, "user namespace",
			is_initial ? TM_OK : TM_MISSING, "%s",
			is_initial ? "the host's"
				   : "one of its own, as in a rootless "
				     "container");

	row->is_needed = true;
	if (!is_initial)
		tm_row_mend(row,
				"capabilities of such a namespace count for nothing "
				"in bpf(2)",
				"run tm-capture on the host, or in a container "
				"without a user namespace");
}

static void check_no_new_privs(struct tm_doctor *doctor)
{
	struct tm_table *const table = &doctor->table;

	if (can_get_more())
		tm_row_add(table, "no_new_privs", TM_OK, "not set");
	else if (doctor->has_rights)
		tm_row_add(table, "no_new_privs", TM_OK, "set; not in the way");
	else
		tm_row_mend(tm_row_add(table, "no_new_privs", TM_NOTE, "set"),
				"sudo and file capabilities give nothing here",
				"start from a login, or without "
				"NoNewPrivileges=yes");
}

static bool is_forbidden(int error)
{
	return error == EPERM || error == EACCES;
}

static void check_call(struct tm_doctor *doctor)
{
	const int map = tm_trial_map(BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0);
	const int error = errno;
	struct tm_row *row;

	if (map >= 0) {
		close(map);
		row = tm_row_add(&doctor->table, "bpf system call", TM_OK,
				"permitted");
	} else if (is_forbidden(error) && !doctor->has_rights) {
		row = tm_row_add(&doctor->table, "bpf system call", TM_UNKNOWN,
				"needs the rights above to be tried");
	} else {
		row = tm_row_add(&doctor->table, "bpf system call", TM_MISSING,
				"%s", strerror(error));
		tm_row_mend(row, "no program and no map can be loaded", "%s",
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
		_exit(tm_trial_read(map) && errno == EPERM);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_drop(struct tm_doctor *doctor)
{
	static const char name[] = "dropping all rights";
	const int map = tm_trial_map(BPF_MAP_TYPE_HASH, 8, 8, 1, 0);

	if (map < 0) {
		tm_row_add(&doctor->table, name, TM_UNKNOWN,
				"no map could be made to try");
		return;
	}
	if (read_without_rights(map))
		tm_row_mend(tm_row_add(&doctor->table, name, TM_NOTE,
					    "maps cannot be read without CAP_BPF"),
				"tm-capture keeps CAP_BPF after the start",
				"a kernel of 5.19 or newer");
	else
		tm_row_add(&doctor->table, name, TM_OK,
				"maps can be read without rights");
	close(map);
}

void tm_check_rights(struct tm_doctor *doctor)
{
	const bool is_initial = tm_place_is_initial("user");
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
			tm_row_find(&doctor->table, "CAP_PERFMON")->state ==
			TM_OK;
	check_no_new_privs(doctor);
	check_call(doctor);
	check_drop(doctor);
}
