#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "kernel-traits.h"

bool kernel_keeps_result(void)
{
	struct btf *const kernel = btf__load_vmlinux_btf();
	const struct btf_type *const run = kernel
			? btf__type_by_id(kernel,
					  btf__find_by_name_kind(kernel,
							  "bpf_cg_run_ctx",
							  BTF_KIND_STRUCT))
			: NULL;
	bool has_result = false;

	for (int i = 0; run && i < btf_vlen(run); i++)
		has_result |= !strcmp("retval",
				btf__name_by_offset(kernel,
						btf_members(run)[i].name_off));
	has_result = has_result &&
			btf__find_by_name_kind(kernel, "bpf_rdonly_cast",
					BTF_KIND_FUNC) > 0;
	btf__free(kernel);
	return has_result;
}

/* The number of an enumerator of the kernel, -1 if there is none. */
static int find_enumerator(const struct btf *kernel,
		const struct btf_type *among, const char *name)
{
	for (int i = 0; i < btf_vlen(among); i++) {
		const struct btf_enum *const one = &btf_enum(among)[i];

		if (!strcmp(name, btf__name_by_offset(kernel, one->name_off)))
			return one->val;
	}
	return -1;
}

void kernel_find_subsystems(int8_t found[TREES])
{
	static const char *const names[] = { "memory_cgrp_id",
		"freezer_cgrp_id", "devices_cgrp_id", "cpuset_cgrp_id",
		"pids_cgrp_id" };
	struct btf *const kernel = btf__load_vmlinux_btf();
	const int id = kernel
			? btf__find_by_name_kind(kernel, "cgroup_subsys_id",
					  BTF_KIND_ENUM)
			: -1;
	int count = 0, number;

	memset(found, -1, TREES);
	for (size_t i = 0; id > 0 && count < TREES &&
			i < sizeof(names) / sizeof(*names);
			i++) {
		number = find_enumerator(
				kernel, btf__type_by_id(kernel, id), names[i]);
		if (number >= 0)
			found[count++] = number;
	}
	btf__free(kernel);
}

bool kernel_holds_packets(void)
{
	static int queues = -1; /* stays open: only root may open it */
	char queue;

	if (queues < 0)
		queues = open("/proc/net/netfilter/nfnetlink_queue",
				O_RDONLY | O_CLOEXEC);
	/* a module is there because a rule uses it */
	return (queues >= 0 && !lseek(queues, 0, SEEK_SET) &&
			       read(queues, &queue, 1) == 1) ||
			!access("/sys/module/nfnetlink_queue/initstate", F_OK);
}
