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

bool kernel_holds_packets(void)
{
	char queue;
	const int fd = open("/proc/net/netfilter/nfnetlink_queue",
			O_RDONLY | O_CLOEXEC);
	const bool has_queue = fd >= 0 && read(fd, &queue, 1) == 1;

	if (fd >= 0)
		close(fd);
	/* a module is there because a rule uses it */
	return has_queue ||
			!access("/sys/module/nfnetlink_queue/initstate", F_OK);
}
