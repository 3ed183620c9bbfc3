#include "programs.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

extern const char tm_object[], tm_object_end[];

/* What helps to find the owner, and what a kernel without it costs. */
static const struct helper {
	const char *program;
	uint32_t hook;
	const char *cost;
} helpers[TM_HELPERS] = {
	{"note_maker", TM_HOOK_SOCK_CREATE,
		"cgroup/sock_create: a socket that only receives is its "
		"user's, without a process, until its first I/O"},
	{"note_receiver", TM_HOOK_RECV_LENGTH,
		"sock_recv_length: what a process only receives may stay with "
		"who had its socket before"},
	{"note_tcp_receiver", TM_HOOK_RCV_SPACE_ADJUST, NULL},
	{"note_holders", TM_HOOK_TASK_FILE,
		"iter/task_file: sockets older than the capture are their "
		"user's, without a process, until their first I/O"},
};

#define MAKER TM_HOOK_SOCK_CREATE
#define RECEIVER TM_HOOK_RECV_LENGTH
#define TCP_RECEIVER TM_HOOK_RCV_SPACE_ADJUST
#define HOLDERS TM_HOOK_TASK_FILE

/* From what is best downwards; the last step reads nothing of the kernel. */
static const struct step {
	uint32_t hooks;
	bool knows_task;
} steps[] = {
	{MAKER | RECEIVER | HOLDERS, true},
	{MAKER | TCP_RECEIVER | HOLDERS, true},
	{MAKER | HOLDERS, true},
	{MAKER | TCP_RECEIVER, true},
	{MAKER, true},
	{0, true},
	{0, false},
};

static bool is_verbose;
static char last_warning[TM_PROGRAMS_PROBLEM];

/* libbpf says in its first warning what is wrong, then repeats itself. */
__attribute__((format(printf, 2, 0))) static int say(
	enum libbpf_print_level level, const char *format, va_list args)
{
	if (is_verbose)
		return vfprintf(stderr, format, args);
	if (level == LIBBPF_WARN && !*last_warning) {
		vsnprintf(last_warning, sizeof(last_warning), format, args);
		last_warning[strcspn(last_warning, "\n")] = '\0';
	}
	return 0;
}

void tm_programs_be_verbose(void)
{
	is_verbose = true;
}

__attribute__((format(printf, 2, 3))) static int fail(
	struct tm_programs *programs, const char *format, ...)
{
	const int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(programs->problem, sizeof(programs->problem), format, args);
	va_end(args);
	errno = error;
	return -1;
}

static int give_up(struct tm_programs *programs)
{
	const int error = errno;

	bpf_object__close(programs->object);
	programs->object = NULL;
	errno = error;
	return -1;
}

static unsigned power_of_two(unsigned n)
{
	unsigned power = 1;

	while (power < n)
		power *= 2;
	return power;
}

static void choose(struct bpf_object *object, uint32_t hooks)
{
	for (size_t i = 0; i < TM_HELPERS; i++)
		bpf_program__set_autoload(bpf_object__find_program_by_name(
						  object, helpers[i].program),
			hooks & helpers[i].hook);
}

static int load(struct tm_programs *programs,
	const struct tm_settings *settings, size_t ring_bytes)
{
	struct bpf_map *ring, *counters, *rodata;

	programs->object = bpf_object__open_mem(
		tm_object, tm_object_end - tm_object, NULL);
	if (!programs->object)
		return -1;
	ring = bpf_object__find_map_by_name(programs->object, "events");
	counters = bpf_object__find_map_by_name(programs->object, "counters");
	rodata = bpf_object__find_map_by_name(
		programs->object, ".rodata.settings");
	choose(programs->object, programs->hooks);
	if (!ring || !counters || !rodata ||
		bpf_map__set_max_entries(ring, ring_bytes) ||
		bpf_map__set_max_entries(counters, programs->cpus) ||
		bpf_map__set_initial_value(
			rodata, settings, sizeof(*settings)) ||
		bpf_object__load(programs->object))
		return give_up(programs);
	return 0;
}

/* The first step that this kernel takes. */
static int load_best(struct tm_programs *programs,
	const struct tm_settings *settings, size_t ring_bytes)
{
	struct tm_settings used = *settings;

	used.cpu_mask = programs->cpus - 1;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		used.knows_task = steps[i].knows_task;
		programs->hooks = TM_HOOK_CGROUP_SKB | steps[i].hooks;
		if (!load(programs, &used, ring_bytes))
			return 0;
	}
	return -1;
}

static int map_counters(struct tm_programs *programs)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t size = programs->cpus * sizeof(struct tm_counters);
	void *counters;

	programs->counters_size = (size + page - 1) / page * page;
	counters = mmap(NULL, programs->counters_size, PROT_READ, MAP_SHARED,
		bpf_object__find_map_fd_by_name(programs->object, "counters"),
		0);
	if (counters == MAP_FAILED)
		return -1;
	programs->counters = counters;
	return 0;
}

int tm_programs_load(struct tm_programs *programs,
	const struct tm_settings *settings, size_t ring_bytes)
{
	memset(programs, 0, sizeof(*programs));
	libbpf_set_print(say);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	programs->cpus = power_of_two(libbpf_num_possible_cpus());
	if (load_best(programs, settings, ring_bytes))
		return fail(programs, "%s",
			*last_warning ? last_warning : strerror(errno));
	programs->lost_fd =
		bpf_object__find_map_fd_by_name(programs->object, "lost");
	if (map_counters(programs))
		return fail(programs, "counters: %s", strerror(errno));
	return 0;
}

int tm_programs_read_with(struct tm_programs *programs,
	int on_event(void *context, void *data, size_t size), void *context)
{
	programs->ring = ring_buffer__new(
		tm_programs_map(programs, "events"), on_event, context, NULL);
	return programs->ring ? 0 : fail(programs, "ring: %s", strerror(errno));
}

int tm_programs_map(const struct tm_programs *programs, const char *name)
{
	return bpf_object__find_map_fd_by_name(programs->object, name);
}

/* Runs the iterator over the open files of all tasks. */
static void look_around(struct bpf_link *link)
{
	char nothing[64];
	const int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		return;
	while (read(fd, nothing, sizeof(nothing)) > 0)
		;
	close(fd);
}

/* A helper that cannot be attached costs no more than its hook. */
static void attach_helper(struct tm_programs *programs, size_t i, int cgroup_fd)
{
	const struct helper *const helper = &helpers[i];
	struct bpf_program *const program = bpf_object__find_program_by_name(
		programs->object, helper->program);
	struct bpf_link *link;

	if (!(programs->hooks & helper->hook))
		return;
	link = helper->hook == MAKER
		       ? bpf_program__attach_cgroup(program, cgroup_fd)
		       : bpf_program__attach(program);
	if (!link)
		programs->hooks &= ~helper->hook;
	else if (helper->hook == HOLDERS)
		look_around(link);
	programs->helpers[i] = link;
}

int tm_programs_attach(struct tm_programs *programs, int cgroup_fd)
{
	static const char *const names[] = {"meter_in", "meter_out"};
	struct bpf_program *program;

	for (size_t i = 0; i < TM_HELPERS; i++)
		attach_helper(programs, i, cgroup_fd);
	for (int i = 0; i < 2; i++) {
		program = bpf_object__find_program_by_name(
			programs->object, names[i]);
		programs->links[i] =
			bpf_program__attach_cgroup(program, cgroup_fd);
		if (!programs->links[i])
			return fail(programs, "%s", strerror(errno));
	}
	return 0;
}

void tm_programs_tell_missing(
	const struct tm_programs *programs, void say_missing(const char *what))
{
	uint32_t hooks = programs->hooks;

	if (hooks & TCP_RECEIVER)
		hooks |= RECEIVER;
	for (size_t i = 0; i < TM_HELPERS; i++) {
		if (helpers[i].cost && !(hooks & helpers[i].hook))
			say_missing(helpers[i].cost);
	}
}

bool tm_programs_are_attached(const struct tm_programs *programs)
{
	for (int i = 0; i < 2; i++) {
		struct bpf_link_info info = {};
		uint32_t size = sizeof(info);

		/* an old kernel that does not tell is believed */
		if (!bpf_obj_get_info_by_fd(
			    bpf_link__fd(programs->links[i]), &info, &size) &&
			!info.cgroup.cgroup_id)
			return false;
	}
	return true;
}

void tm_programs_detach(struct tm_programs *programs)
{
	for (int i = 0; i < 2; i++) {
		bpf_link__destroy(programs->links[i]);
		programs->links[i] = NULL;
	}
	for (size_t i = 0; i < TM_HELPERS; i++) {
		bpf_link__destroy(programs->helpers[i]);
		programs->helpers[i] = NULL;
	}
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static void sum(struct tm_amount *to, const struct tm_amount *amount)
{
	to->packets += amount->packets;
	to->bytes += amount->bytes;
}

struct tm_counted tm_programs_counted(
	const struct tm_programs *programs, enum tm_direction direction)
{
	struct tm_counted all = {};

	for (unsigned cpu = 0; cpu < programs->cpus; cpu++) {
		const struct tm_counted *counted =
			&programs->counters[cpu].counted[direction];

		sum(&all.seen, &counted->seen);
		sum(&all.excluded, &counted->excluded);
		sum(&all.lost, &counted->lost);
		sum(&all.overflow, &counted->overflow);
	}
	return all;
}

int tm_programs_lost(const struct tm_programs *programs,
	void found(void *context, const struct tm_lost_key *key,
		const struct tm_amount *amount),
	void *context)
{
	struct tm_lost_key key;
	const struct tm_lost_key *previous = NULL;
	struct tm_amount amount;

	while (!bpf_map_get_next_key(programs->lost_fd, previous, &key)) {
		if (bpf_map_lookup_elem(programs->lost_fd, &key, &amount))
			return -1;
		found(context, &key, &amount);
		previous = &key;
	}
	return errno == ENOENT ? 0 : -1;
}

void tm_programs_free(struct tm_programs *programs)
{
	tm_programs_detach(programs);
	ring_buffer__free(programs->ring);
	if (programs->counters)
		munmap(programs->counters, programs->counters_size);
	bpf_object__close(programs->object);
	memset(programs, 0, sizeof(*programs));
}
