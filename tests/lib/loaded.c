/* Prints id and name of every eBPF program that the kernel holds, or of those
 * that tcx has at an interface: loaded [INTERFACE]. */
#include <err.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void print_name(uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { .prog_id = id };
	const long fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);

	if (fd < 0)
		return; /* gone meanwhile */
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		err(1, "program %u", id);
	printf("%u %s\n", id, info.name);
	close(fd);
}

/* 46 and 47 are BPF_TCX_INGRESS and BPF_TCX_EGRESS, newer than many headers. */
static void print_attached(const char *interface)
{
	for (uint32_t type = 46; type <= 47; type++) {
		uint32_t ids[64];
		union bpf_attr attr = { 0 };

		attr.query.target_fd = if_nametoindex(interface);
		attr.query.attach_type = type;
		attr.query.prog_ids = (uintptr_t)ids;
		attr.query.prog_cnt = 64;
		if (bpf(BPF_PROG_QUERY, &attr))
			err(1, "%s", interface);
		for (uint32_t i = 0; i < attr.query.prog_cnt; i++)
			print_name(ids[i]);
	}
}

static void print_all(void)
{
	union bpf_attr attr = { 0 };

	while (!bpf(BPF_PROG_GET_NEXT_ID, &attr)) {
		const uint32_t id = attr.next_id;

		print_name(id);
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		print_attached(argv[1]);
	else
		print_all();
	return 0;
}
