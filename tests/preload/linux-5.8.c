/* Linux 5.8 for tests, the oldest kernel that tm-capture is for: what it had
 * not yet is refused. A call of a helper that it lacked becomes one that no
 * kernel has, so that the verifier judges as it would have: what is never
 * reached does no harm. Its limits and faults are not here; tests/kernels has
 * real kernels. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#define TCX_INGRESS 46 /* younger than some headers, with TCX_EGRESS */
#define TCX_EGRESS 47
#define NO_HELPER 0xffff

static bool has_helper(uint32_t type, int helper)
{
	if (helper == BPF_FUNC_sk_storage_get ||
			helper == BPF_FUNC_sk_storage_delete)
		return type != BPF_PROG_TYPE_CGROUP_SOCK &&
				type != BPF_PROG_TYPE_TRACING;
	return helper < BPF_FUNC_skc_to_tcp6_sock;
}

/* By the name of ours, for what is asked for by a number of this kernel's. */
static bool is_known(const union bpf_attr *attr)
{
	return strcmp(attr->prog_name, "note_receiver");
}

static long load(long (*call)(long, ...), union bpf_attr *attr, unsigned size)
{
	struct bpf_insn *const mine = (struct bpf_insn *)(uintptr_t)attr->insns;
	struct bpf_insn *const old = calloc(attr->insn_cnt, sizeof(*old));
	long result;

	if (!is_known(attr) || !old) {
		free(old);
		errno = EINVAL;
		return -1;
	}
	memcpy(old, mine, attr->insn_cnt * sizeof(*old));
	for (uint32_t i = 0; i < attr->insn_cnt; i++) {
		if (old[i].code == (BPF_JMP | BPF_CALL) && !old[i].src_reg &&
				!has_helper(attr->prog_type, old[i].imm))
			old[i].imm = NO_HELPER;
	}
	attr->insns = (uintptr_t)old;
	result = call(SYS_bpf, BPF_PROG_LOAD, attr, size);
	attr->insns = (uintptr_t)mine;
	free(old);
	return result;
}

static long bpf(long (*call)(long, ...), long command, union bpf_attr *attr,
		unsigned size)
{
	if (command == BPF_PROG_LOAD)
		return load(call, attr, size);
	if (command == BPF_LINK_CREATE &&
			(attr->link_create.attach_type == TCX_INGRESS ||
					attr->link_create.attach_type ==
							TCX_EGRESS)) {
		errno = EINVAL;
		return -1;
	}
	return call(SYS_bpf, command, attr, size);
}

long syscall(long number, ...)
{
	long (*const call)(long, ...) =
			(long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long of[6];
	va_list arguments;

	va_start(arguments, number);
	for (size_t i = 0; i < 6; i++)
		of[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_bpf)
		return bpf(call, of[0], (union bpf_attr *)of[1], of[2]);
	return call(number, of[0], of[1], of[2], of[3], of[4], of[5]);
}

int uname(struct utsname *system)
{
	int (*const call)(struct utsname *) =
			(int (*)(struct utsname *))dlsym(RTLD_NEXT, "uname");
	const int result = call(system);

	strcpy(system->release, "5.8.0");
	return result;
}
