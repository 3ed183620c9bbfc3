#include <errno.h>
#include <linux/btf.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trial.h"

#define LOG_SIZE 4096
#define END_TRIES 100
#define END_PAUSE_US 10000

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int finish(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static const struct bpf_insn return_0[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static const struct bpf_insn return_1[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static union bpf_attr program(
		enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id)
{
	union bpf_attr attr = { 0 };

	attr.prog_type = type;
	attr.expected_attach_type = attach_type;
	attr.attach_btf_id = btf_id;
	attr.insns = (uintptr_t)(btf_id ? return_0 : return_1);
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	memcpy(attr.prog_name, "tm_doctor", sizeof("tm_doctor"));
	return attr;
}

int trial_load(enum bpf_prog_type type, uint32_t attach_type)
{
	union bpf_attr attr = program(type, attach_type, 0);

	return bpf(BPF_PROG_LOAD, &attr);
}

int trial_load_traced(uint32_t attach_type, uint32_t btf_id)
{
	union bpf_attr attr =
			program(BPF_PROG_TYPE_TRACING, attach_type, btf_id);

	return bpf(BPF_PROG_LOAD, &attr);
}

/* The call lacks its arguments, so the verifier refuses it anyway: its words
 * tell whether for that, or because of the helper. */
int trial_helper(enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id,
		uint32_t helper)
{
	static const char *const unknown[] = { "invalid func ", "unknown func ",
		"program of this type cannot use helper " };
	const struct bpf_insn call[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = helper },
		return_1[0],
		return_1[1],
	};
	union bpf_attr attr = program(type, attach_type, btf_id);
	char log[LOG_SIZE] = "";
	int fd;

	attr.insns = (uintptr_t)call;
	attr.insn_cnt = 3;
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd >= 0)
		return close(fd);
	if (!*log)
		return -1;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		if (strstr(log, unknown[i])) {
			errno = ENOTSUP;
			return -1;
		}
	}
	return 0;
}

static union bpf_attr map(enum bpf_map_type type, uint32_t key_size,
		uint32_t value_size, uint32_t entries, uint32_t flags)
{
	union bpf_attr attr = { 0 };

	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = entries;
	attr.map_flags = flags;
	memcpy(attr.map_name, "tm_doctor", sizeof("tm_doctor"));
	return attr;
}

int trial_map(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
		uint32_t entries, uint32_t flags)
{
	union bpf_attr attr = map(type, key_size, value_size, entries, flags);

	return bpf(BPF_MAP_CREATE, &attr);
}

/* A description of one type: int, of 4 bytes. */
static int load_btf(void)
{
	static const struct {
		struct btf_header header;
		struct btf_type type;
		uint32_t encoding;
		char names[5];
	} int_only = {
		{ .magic = 0xeb9f,
				.version = 1,
				.hdr_len = sizeof(struct btf_header),
				.type_len = sizeof(struct btf_type) +
						sizeof(uint32_t),
				.str_off = sizeof(struct btf_type) +
						sizeof(uint32_t),
				.str_len = 5 },
		{ .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
		BTF_INT_SIGNED << 24 | 32,
		"\0int",
	};
	union bpf_attr attr = { 0 };

	attr.btf = (uintptr_t)&int_only;
	attr.btf_size = offsetof(__typeof__(int_only), names) + 5;
	return bpf(BPF_BTF_LOAD, &attr);
}

int trial_socket_storage(void)
{
	union bpf_attr attr = map(BPF_MAP_TYPE_SK_STORAGE, 4, 4, 0,
			BPF_F_NO_PREALLOC | BPF_F_CLONE);
	const int btf = load_btf();
	int fd, error;

	if (btf < 0)
		return -1;
	attr.btf_fd = btf;
	attr.btf_key_type_id = attr.btf_value_type_id = 1;
	fd = bpf(BPF_MAP_CREATE, &attr);
	error = errno;
	close(btf);
	errno = error;
	return fd;
}

int trial_attach(int program_fd, int cgroup, uint32_t attach_type)
{
	union bpf_attr attr = { 0 };
	int link;

	attr.link_create.prog_fd = program_fd;
	attr.link_create.target_fd = cgroup;
	attr.link_create.attach_type = attach_type;
	link = bpf(BPF_LINK_CREATE, &attr);
	return link < 0 ? -1 : close(link);
}

int trial_query(int target, uint32_t attach_type, struct attached *attached)
{
	union bpf_attr attr = { 0 };

	memset(attached, 0, sizeof(*attached));
	attr.query.target_fd = target;
	attr.query.attach_type = attach_type;
	attr.query.prog_ids = (uintptr_t)attached->ids;
	attr.query.prog_cnt = sizeof(attached->ids) / sizeof(*attached->ids);
	/* of more than fit the first are told */
	if (bpf(BPF_PROG_QUERY, &attr) && errno != ENOSPC)
		return -1;
	attached->count = attr.query.prog_cnt;
	if (attached->count > sizeof(attached->ids) / sizeof(*attached->ids))
		attached->count =
				sizeof(attached->ids) / sizeof(*attached->ids);
	attached->flags = attr.query.attach_flags;
	return 0;
}

static int info(int fd, void *to, uint32_t size)
{
	union bpf_attr attr = { 0 };

	memset(to, 0, size);
	attr.info.bpf_fd = fd;
	attr.info.info_len = size;
	attr.info.info = (uintptr_t)to;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

void trial_program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	union bpf_attr attr = { .prog_id = id };
	struct bpf_prog_info about;
	const int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);

	*name = '\0';
	if (fd < 0)
		return;
	if (!info(fd, &about, sizeof(about)))
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", about.name);
	close(fd);
}

/* 1, 0, or -1 with errno; a link that is gone holds nothing. */
static int holds(uint32_t link_id, uint32_t program_id)
{
	union bpf_attr attr = { .link_id = link_id };
	struct bpf_link_info about;
	const int fd = bpf(BPF_LINK_GET_FD_BY_ID, &attr);
	int is_holder;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	is_holder = !info(fd, &about, sizeof(about)) &&
			about.prog_id == program_id;
	close(fd);
	return is_holder;
}

int trial_is_linked(uint32_t id)
{
	union bpf_attr attr = { 0 };
	int result = 0;

	while (!result && !bpf(BPF_LINK_GET_NEXT_ID, &attr)) {
		const uint32_t link = attr.next_id;

		result = holds(link, id);
		memset(&attr, 0, sizeof(attr));
		attr.start_id = link;
	}
	if (result)
		return result;
	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return finish(bpf(BPF_PROG_GET_FD_BY_ID, &attr));
}

void trial_end(int program_fd)
{
	struct bpf_prog_info about;
	union bpf_attr attr = { 0 };
	int fd;

	if (info(program_fd, &about, sizeof(about)))
		about.id = 0;
	close(program_fd);
	for (int tries = 0; about.id && tries < END_TRIES; tries++) {
		attr.prog_id = about.id;
		fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
		if (fd < 0)
			return;
		close(fd);
		usleep(END_PAUSE_US);
	}
}

uint32_t trial_jited(int program_fd)
{
	struct bpf_prog_info about;

	return info(program_fd, &about, sizeof(about)) ? 0
						       : about.jited_prog_len;
}

int trial_read(int map_fd)
{
	uint64_t key = 0;
	union bpf_attr attr = { 0 };

	attr.map_fd = map_fd;
	attr.next_key = (uintptr_t)&key;
	return bpf(BPF_MAP_GET_NEXT_KEY, &attr);
}
