/* Attaches to a cgroup two programs that do nothing, as the least that any
 * meter of this kind costs, until it is interrupted:
 *   empty CGROUP                  prints "attached" once it is */
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int empty_bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load(void)
{
	/* r0 = 1 lets the packet pass */
	static const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SKB,
		.insns = (uintptr_t)pass,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
	};

	return empty_bpf(BPF_PROG_LOAD, &attr);
}

static void empty_attach(int program, int cgroup, enum bpf_attach_type type)
{
	union bpf_attr attr = { .link_create = { .prog_fd = program,
						.target_fd = cgroup,
						.attach_type = type } };

	if (empty_bpf(BPF_LINK_CREATE, &attr) < 0)
		err(1, "attach");
}

int main(int argc, char **argv)
{
	const int cgroup = open(argc == 2 ? argv[1] : "", O_RDONLY);
	const int program = load();

	if (cgroup < 0 || program < 0)
		err(1, "usage (as root): empty CGROUP");
	empty_attach(program, cgroup, BPF_CGROUP_INET_INGRESS);
	empty_attach(program, cgroup, BPF_CGROUP_INET_EGRESS);
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}
