#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "trial.h"

#define NAME "tm_doctor"
#define LOG_SIZE 4096
#define END_TRIES 100
#define END_PAUSE_US 10000

static const struct bpf_insn return_0[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static const struct bpf_insn return_1[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
	{ .code = BPF_JMP | BPF_EXIT },
};

int trial_load(enum bpf_prog_type type, uint32_t attach_type, uint32_t btf_id)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options,
			.expected_attach_type = attach_type,
			.attach_btf_id = btf_id);

	return bpf_prog_load(type, NAME, "GPL", btf_id ? return_0 : return_1, 2,
			&options);
}

/* The call lacks its arguments, so the verifier refuses it anyway: its words
 * tell whether for that, or because of the helper. libbpf_probe_bpf_helper()
 * takes a refused load for a helper that is there, and knows no tracing. */
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
	char log[LOG_SIZE] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, options,
			.expected_attach_type = attach_type,
			.attach_btf_id = btf_id, .log_buf = log,
			.log_size = sizeof(log), .log_level = 1);
	const int fd = bpf_prog_load(type, NAME, "GPL", call, 3, &options);

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

int trial_map(enum bpf_map_type type, uint32_t key_size, uint32_t value_size,
		uint32_t entries, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = flags);

	return bpf_map_create(
			type, NAME, key_size, value_size, entries, &options);
}

int trial_socket_storage(void)
{
	struct btf *const btf = btf__new_empty();
	LIBBPF_OPTS(bpf_map_create_opts, options,
			.map_flags = BPF_F_NO_PREALLOC | BPF_F_CLONE);
	int map = -1, error;

	if (!btf)
		return -1;
	options.btf_key_type_id = options.btf_value_type_id =
			btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	if (!btf__load_into_kernel(btf)) {
		options.btf_fd = btf__fd(btf);
		map = bpf_map_create(BPF_MAP_TYPE_SK_STORAGE, NAME, 4, 4, 0,
				&options);
	}
	error = errno;
	btf__free(btf);
	errno = error;
	return map;
}

int trial_attach(int program_fd, int target, uint32_t attach_type)
{
	const int link = bpf_link_create(program_fd, target, attach_type, NULL);

	return link < 0 ? -1 : close(link);
}

int trial_query(int target, uint32_t attach_type, struct attached *attached)
{
	const uint32_t most = sizeof(attached->ids) / sizeof(*attached->ids);

	memset(attached, 0, sizeof(*attached));
	attached->count = most;
	/* only the first ones, if there are more than fit */
	if (bpf_prog_query(target, attach_type, 0, &attached->flags,
			    attached->ids, &attached->count) &&
			errno != ENOSPC)
		return -1;
	if (attached->count > most)
		attached->count = most;
	return 0;
}

void trial_program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	const int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info about = { 0 };
	uint32_t size = sizeof(about);

	*name = '\0';
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &about, &size))
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", about.name);
	close(fd);
}

/* 1, 0, or -1 with errno. A link that is gone holds nothing. */
static int link_holds(uint32_t link_id, uint32_t program_id)
{
	const int fd = bpf_link_get_fd_by_id(link_id);
	struct bpf_link_info about = { 0 };
	uint32_t size = sizeof(about);
	int is_holder;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	is_holder = !bpf_obj_get_info_by_fd(fd, &about, &size) &&
			about.prog_id == program_id;
	close(fd);
	return is_holder;
}

int trial_is_linked(uint32_t id)
{
	uint32_t link = 0;
	int result = 0, fd;

	while (!result && !bpf_link_get_next_id(link, &link))
		result = link_holds(link, id);
	if (result)
		return result;
	fd = bpf_prog_get_fd_by_id(id);
	return fd < 0 ? -1 : close(fd);
}

void trial_end(int program_fd)
{
	struct bpf_prog_info about = { 0 };
	uint32_t size = sizeof(about);
	int fd;

	if (bpf_obj_get_info_by_fd(program_fd, &about, &size))
		about.id = 0;
	close(program_fd);
	for (int tries = 0; about.id && tries < END_TRIES; tries++) {
		fd = bpf_prog_get_fd_by_id(about.id);
		if (fd < 0)
			return;
		close(fd);
		usleep(END_PAUSE_US);
	}
}

uint32_t trial_jited(int program_fd)
{
	struct bpf_prog_info about = { 0 };
	uint32_t size = sizeof(about);

	return bpf_obj_get_info_by_fd(program_fd, &about, &size)
			? 0
			: about.jited_prog_len;
}

int trial_read(int map_fd)
{
	uint64_t key;

	return bpf_map_get_next_key(map_fd, NULL, &key);
}
