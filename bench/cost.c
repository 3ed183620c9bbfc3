/* What the eBPF programs of a meter cost while a command runs, by the kernel's
 * own statistics:
 *   cost CGROUP COMMAND...   a line for each program: "in" or "out" where it is
 *                            attached to the cgroup, else its name; ns a run
 *                            with a decimal, and how often it ran
 * The meter's other programs are those that share a map with one of these. */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAMS 64
#define MAPS 64

struct program {
	int fd;
	char name[BPF_OBJ_NAME_LEN];
	uint64_t time_ns, runs; /* at the start */
	uint32_t maps[MAPS], map_count;
};

static struct program programs[PROGRAMS];
static size_t program_count;

static int cost_bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Opens it, or returns false where it has gone meanwhile. */
static bool open_program(struct program *program, uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };

	program->fd = cost_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	return program->fd >= 0;
}

static struct bpf_prog_info look_at(struct program *program)
{
	struct bpf_prog_info info = { .nr_map_ids = MAPS,
		.map_ids = (uintptr_t)program->maps };
	union bpf_attr attr = {
		.info = { .bpf_fd = program->fd,
				.info_len = sizeof(info),
				.info = (uintptr_t)&info },
	};

	if (cost_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		err(1, "a program");
	return info;
}

static void program_begin(struct program *program, const char *name)
{
	const struct bpf_prog_info info = look_at(program);

	program->map_count = info.nr_map_ids < MAPS ? info.nr_map_ids : MAPS;
	program->time_ns = info.run_time_ns;
	program->runs = info.run_cnt;
	snprintf(program->name, sizeof(program->name), "%s",
			name ? name : info.name);
}

static bool shares_map(const struct program *one, const struct program *other)
{
	for (uint32_t i = 0; i < one->map_count; i++) {
		for (uint32_t j = 0; j < other->map_count; j++) {
			if (one->maps[i] == other->maps[j])
				return true;
		}
	}
	return false;
}

static void find_attached(int cgroup, enum bpf_attach_type type, char *name)
{
	uint32_t ids[PROGRAMS / 4];
	union bpf_attr attr = {
		.query = { .target_fd = cgroup,
				.attach_type = type,
				.prog_ids = (uintptr_t)ids,
				.prog_cnt = PROGRAMS / 4 },
	};

	if (cost_bpf(BPF_PROG_QUERY, &attr))
		err(1, "the programs of the cgroup");
	if (!attr.query.prog_cnt)
		errx(1, "nothing is attached to the cgroup (%s)", name);
	for (uint32_t i = 0; i < attr.query.prog_cnt; i++) {
		if (open_program(&programs[program_count], ids[i]))
			program_begin(&programs[program_count++], name);
	}
}

static bool is_tracing(const struct program *program)
{
	const uint32_t type = look_at((struct program *)program).type;

	return type == BPF_PROG_TYPE_TRACING ||
			type == BPF_PROG_TYPE_CGROUP_SOCK;
}

static void find_others(void)
{
	const size_t attached = program_count;
	union bpf_attr attr = { 0 };

	while (!cost_bpf(BPF_PROG_GET_NEXT_ID, &attr)) {
		struct program *const program = &programs[program_count];
		const uint32_t id = attr.next_id;
		bool is_ours = false;

		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (program_count == PROGRAMS || !open_program(program, id))
			continue;
		program_begin(program, NULL);
		for (size_t i = 0; i < attached; i++)
			is_ours |= shares_map(program, &programs[i]);
		if (is_ours && is_tracing(program))
			program_count++;
		else
			close(program->fd);
	}
}

static int run_command(char **command)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		execvp(*command, command);
		err(127, "%s", *command);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		err(1, "%s", *command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void print_cost(struct program *program)
{
	const struct bpf_prog_info info = look_at(program);
	const uint64_t runs = info.run_cnt - program->runs;

	if (runs)
		printf("%s %.1f %" PRIu64 "\n", program->name,
				(double)(info.run_time_ns - program->time_ns) /
						runs,
				runs);
}

int main(int argc, char **argv)
{
	const int cgroup = open(argc > 2 ? argv[1] : "", O_RDONLY);
	union bpf_attr attr = { .enable_stats = {
						.type = BPF_STATS_RUN_TIME } };
	int status;

	if (cgroup < 0)
		err(2, "usage (as root): cost CGROUP COMMAND...");
	/* the statistics are on until this descriptor closes */
	if (cost_bpf(BPF_ENABLE_STATS, &attr) < 0)
		err(1, "the kernel's statistics");
	find_attached(cgroup, BPF_CGROUP_INET_INGRESS, "in");
	find_attached(cgroup, BPF_CGROUP_INET_EGRESS, "out");
	find_others();
	status = run_command(argv + 2);
	for (size_t i = 0; i < program_count; i++)
		print_cost(&programs[i]);
	return status;
}
