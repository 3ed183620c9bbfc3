/* Leaves a program behind, as meters without links do, that lets all pass:
 *   leave alone|shared CGROUP   attached to what comes in
 *   leave pinned FILE           for tc, in a bpf file system
 *   leave tagging FILE          the same, and puts frames into VLAN 7 */
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

#define SET(register, value)                                                   \
	{                                                                      \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (register),    \
		.imm = (value)                                                 \
	}

static int load(enum bpf_prog_type type, int result, bool tags)
{
	const struct bpf_insn code[] = {
		SET(BPF_REG_2, 0x0081), /* 0x8100 on the wire */
		SET(BPF_REG_3, 7),
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_skb_vlan_push },
		SET(BPF_REG_0, result),
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = type;
	attr.insns = (uintptr_t)(tags ? code : code + 3);
	attr.insn_cnt = tags ? 5 : 2;
	attr.license = (uintptr_t) "GPL";
	memcpy(attr.prog_name, "old_meter", sizeof("old_meter"));
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		err(1, "load");
	return fd;
}

static void attach(const char *path, uint32_t flags)
{
	union bpf_attr attr = { 0 };

	attr.target_fd = open(path, O_RDONLY | O_DIRECTORY);
	attr.attach_bpf_fd = load(BPF_PROG_TYPE_CGROUP_SKB, 1, false);
	attr.attach_type = BPF_CGROUP_INET_INGRESS;
	attr.attach_flags = flags;
	if (bpf(BPF_PROG_ATTACH, &attr))
		err(1, "%s", path);
}

static void pin(const char *path, bool tags)
{
	union bpf_attr attr = { 0 };

	attr.bpf_fd = load(BPF_PROG_TYPE_SCHED_CLS, -1, tags);
	attr.pathname = (uintptr_t)path;
	if (bpf(BPF_OBJ_PIN, &attr))
		err(1, "%s", path);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: leave alone|shared|pinned|tagging PATH");
	if (!strcmp(argv[1], "pinned") || !strcmp(argv[1], "tagging"))
		pin(argv[2], *argv[1] == 't');
	else
		attach(argv[2],
				strcmp(argv[1], "alone") ? BPF_F_ALLOW_MULTI
							 : 0);
	return 0;
}
