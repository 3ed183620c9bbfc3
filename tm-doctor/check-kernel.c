#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "checks.h"
#include "probe.h"
#include "trial.h"
#include "tries.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"

static const char *why_no_types(void)
{
	const int fd = open(BTF_PATH, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return strerror(errno);
	close(fd);
	return "not a BTF";
}

/* An image of the kernel may have them too; there libbpf looks for tm-capture
 * as it does here. */
static void check_types(struct doctor *doctor)
{
	const char *path = BTF_PATH;
	struct finding *row;
	uint32_t size;

	doctor->btf = btf__parse(path, NULL);
	if (!doctor->btf) {
		path = "an image of this kernel";
		doctor->btf = btf__load_vmlinux_btf();
	}
	if (doctor->btf) {
		btf__raw_data(doctor->btf, &size);
		row = finding_add(&doctor->table, "BTF", FINDING_OK,
				"%s, %u kB", path, size / 1024);
	} else {
		row = finding_add(&doctor->table, "BTF", FINDING_MISSING,
				BTF_PATH ": %s", why_no_types());
		finding_fix(row,
				"programs cannot be fitted to this kernel's structures",
				"a kernel with CONFIG_DEBUG_INFO_BTF=y");
	}
	row->is_needed = true;
}

static void check_jit(struct doctor *doctor)
{
	const int program = trial_load(
			BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, 0);

	if (program < 0)
		finding_add(&doctor->table, "JIT", FINDING_UNKNOWN,
				"no program could be loaded to try");
	else if (trial_jited(program))
		finding_add(&doctor->table, "JIT", FINDING_OK,
				"programs become machine code");
	else
		finding_fix(finding_add(&doctor->table, "JIT", FINDING_MISSING,
					    "programs are interpreted"),
				"each packet costs several times as much",
				"sysctl net.core.bpf_jit_enable=1");
	if (program >= 0)
		close(program);
}

static void check_lockdown(struct doctor *doctor)
{
	static const char name[] = "lockdown";
	struct findings *const table = &doctor->table;
	const struct finding *const reading =
			finding_find(table, "bpf_probe_read_kernel");
	char modes[128];

	if (probe_read("/sys/kernel/security/lockdown", modes, sizeof(modes))) {
		finding_add(table, name,
				reading->state == FINDING_OK ? FINDING_OK
							     : FINDING_UNKNOWN,
				"%s",
				reading->state == FINDING_OK
						? "does not keep programs from reading"
						: "/sys/kernel/security/lockdown is not there");
		return;
	}
	if (strstr(modes, "[confidentiality]"))
		finding_fix(finding_add(table, name, FINDING_NOTE, "%s", modes),
				"no process is known, and events carry the flag "
				"unsure",
				"boot with lockdown=integrity, or without");
	else
		finding_add(table, name, FINDING_OK, "%s", modes);
}

static void check_unprivileged(struct doctor *doctor)
{
	static const char name[] = "unprivileged bpf";
	static const char path[] = "/proc/sys/kernel/unprivileged_bpf_disabled";
	struct findings *const table = &doctor->table;
	char value[16];

	if (probe_read(path, value, sizeof(value)))
		finding_add(table, name, FINDING_UNKNOWN, "%s: %s", path,
				strerror(errno));
	else if (!strcmp(value, "0"))
		finding_fix(finding_add(table, name, FINDING_NOTE,
					    "permitted to every user"),
				"none, but every user may load programs",
				"sysctl kernel.unprivileged_bpf_disabled=2");
	else
		finding_add(table, name, FINDING_OK, "disabled (%s)", value);
}

/* An empty cgroup, so that attached programs see no traffic. */
static void open_lab(struct lab *lab, const char *tree, char *path, size_t size)
{
	lab->cgroup = -1;
	lab->error = 0;
	snprintf(path, size, "%s/tm-doctor-%d", tree, (int)getpid());
	if (*tree && !mkdir(path, 0755))
		lab->cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else
		*path = '\0';
	if (*tree && lab->cgroup < 0)
		lab->error = errno;
}

void check_kernel(struct doctor *doctor)
{
	char path[sizeof(doctor->tree) + 32];
	struct lab lab;
	sigset_t all, before;

	doctor->table.group = "kernel";
	check_types(doctor);
	lab.btf = doctor->btf;
	/* a signal must not leave the cgroup behind */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	open_lab(&lab, doctor->tree, path, sizeof(path));
	tries_run(doctor, &lab);
	if (lab.cgroup >= 0)
		close(lab.cgroup);
	if (*path)
		rmdir(path);
	sigprocmask(SIG_SETMASK, &before, NULL);
	check_jit(doctor);
	check_lockdown(doctor);
	check_unprivileged(doctor);
}
