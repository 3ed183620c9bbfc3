/* Leaves a program behind, as meters without links do, that lets all pass:
 *   leave alone|shared CGROUP   attached to what comes in
 *   leave pinned FILE           for tc, in a bpf file system */
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load(enum bpf_prog_type type, int result)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = result},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {0};
	int fd;

	attr.prog_type = type;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	memcpy(attr.prog_name, "old_meter", sizeof("old_meter"));
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		err(1, "load");
	return fd;
}

static void attach(const char *path, uint32_t flags)
{
	union bpf_attr attr = {0};

	attr.target_fd = open(path, O_RDONLY | O_DIRECTORY);
	attr.attach_bpf_fd = load(BPF_PROG_TYPE_CGROUP_SKB, 1);
	attr.attach_type = BPF_CGROUP_INET_INGRESS;
	attr.attach_flags = flags;
	if (bpf(BPF_PROG_ATTACH, &attr))
		err(1, "%s", path);
}

static void pin(const char *path)
{
	union bpf_attr attr = {0};

	attr.bpf_fd = load(BPF_PROG_TYPE_SCHED_CLS, -1);
	attr.pathname = (uintptr_t)path;
	if (bpf(BPF_OBJ_PIN, &attr))
		err(1, "%s", path);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: leave alone|shared|pinned PATH");
	if (!strcmp(argv[1], "pinned"))
		pin(argv[2]);
	else
		attach(argv[2],
			strcmp(argv[1], "alone") ? BPF_F_ALLOW_MULTI : 0);
	return 0;
}
