#include <errno.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common/capture/features.h"
#include "kernel-traits.h"
#include "process-maps.h"
#include "program-counts.h"
#include "programs.h"

extern const char programs_object[], programs_object_end[];
extern const char programs_plain_object[], programs_plain_object_end[];

#define MAKER TM_HOOK_SOCK_CREATE
#define RECEIVER TM_HOOK_RECV_LENGTH
#define SENDER TM_HOOK_SEND_LENGTH
#define TCP_RECEIVER TM_HOOK_RCV_SPACE_ADJUST
#define HOLDERS TM_HOOK_TASK_FILE
#define SUMS TM_HOOK_INTERVALS
#define PROCESSES TM_HOOK_PROCESSES
#define SOCKETS TM_HOOK_CGROUP_SKB
#define FRAMES TM_HOOK_TCX

static const struct part {
	const char *name;
	uint32_t hook; /* loaded if this hook is wanted */
	enum { ALONE, CGROUP, IN, OUT } place; /* what it is attached to */
	uint32_t meter; /* only if these are metered, 0 = always */
} parts[PROGRAMS_PARTS] = {
	{ "note_maker", MAKER, CGROUP, 0 },
	{ "note_receiver", RECEIVER, ALONE, 0 },
	{ "note_sent", SENDER, ALONE, 0 },
	{ "note_tcp_receiver", TCP_RECEIVER, ALONE, 0 },
	{ "note_holders", HOLDERS, ALONE, 0 },
	{ "note_sender", SOCKETS, CGROUP, FRAMES },
	/* last: the other programs have to be attached before them */
	{ "meter_in", SOCKETS, CGROUP, SOCKETS },
	{ "meter_out", SOCKETS, CGROUP, SOCKETS },
	{ "tm_tc_in", FRAMES, IN, FRAMES },
	{ "tm_tc_out", FRAMES, OUT, FRAMES },
};

/* The reader is woken once the ring holds this much. A wake-up costs as much as
 * hundreds of events. */
#define WAKE_BYTES (512u * 1024)

/* What the programs may read of the kernel, best first. */
static const struct reading {
	bool task;   /* the running task: the hooks that note it help */
	bool direct; /* the task by its pointer, which is cheaper */
	bool buffer;
} readings[] = {
	{ true, true, true },
	{ true, false, true },
	{ true, true, false },
	{ true, false, false },
	{ false, false, false },
};

static bool is_verbose;
static char last_warning[PROGRAMS_PROBLEM];

/* The first warning of libbpf names the cause; later ones repeat it. */
__attribute__((format(printf, 2, 0))) static int libbpf_say(
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

void programs_be_verbose(void)
{
	is_verbose = true;
}

__attribute__((format(printf, 2, 3))) static int programs_fail(
		struct programs *programs, const char *format, ...)
{
	const int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(programs->problem, sizeof(programs->problem), format, args);
	va_end(args);
	errno = error;
	return -1;
}

static int programs_close(struct programs *programs)
{
	const int error = errno;

	bpf_object__close(programs->object);
	programs->object = NULL;
	errno = error;
	return -1;
}

static unsigned power_of_two(int n)
{
	int power = 1;

	while (power < n)
		power *= 2;
	return power;
}

/* Whether the chosen hooks and meter need the part. */
static bool part_is_wanted(const struct programs *programs, size_t i)
{
	return programs->hooks & parts[i].hook &&
			(!parts[i].meter || parts[i].meter == programs->meter);
}

static struct bpf_program *part_program(
		const struct programs *programs, size_t i)
{
	return bpf_object__find_program_by_name(
			programs->object, parts[i].name);
}

/* The object without kernel reads contains only the programs that meter. */
static void programs_choose(const struct programs *programs)
{
	for (size_t i = 0; i < PROGRAMS_PARTS; i++) {
		struct bpf_program *const part = part_program(programs, i);

		if (part)
			bpf_program__set_autoload(
					part, part_is_wanted(programs, i));
	}
}

/* Sizes the maps of the flow table; without sums they keep one slot each. */
static int set_flows(const struct programs *programs)
{
	static const char *const names[] = { "flows", "free_flows",
		"more_flows" };
	struct bpf_map *map;

	if (!(programs->hooks & SUMS))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		map = bpf_object__find_map_by_name(programs->object, names[i]);
		if (!map || bpf_map__set_max_entries(map, programs->flows))
			return -1;
	}
	return 0;
}

static int programs_load_object(struct programs *programs,
		const struct settings *settings, size_t ring_bytes)
{
	struct bpf_map *ring, *counters, *rodata;

	programs->object = programs->knows_task
			? bpf_object__open_mem(programs_object,
					  programs_object_end - programs_object,
					  NULL)
			: bpf_object__open_mem(programs_plain_object,
					  programs_plain_object_end -
							  programs_plain_object,
					  NULL);
	if (!programs->object)
		return -1;
	ring = bpf_object__find_map_by_name(programs->object, "events");
	counters = bpf_object__find_map_by_name(programs->object, "counters");
	rodata = bpf_object__find_map_by_name(
			programs->object, ".rodata.settings");
	programs_choose(programs);
	if (!ring || !counters || !rodata ||
			bpf_map__set_max_entries(ring, ring_bytes) ||
			bpf_map__set_max_entries(counters, programs->cpus) ||
			bpf_map__set_initial_value(
					rodata, settings, sizeof(*settings)) ||
			set_flows(programs) ||
			(programs->hooks & PROCESSES &&
					process_maps_size(programs->object,
							ring_bytes,
							programs->cpus)) ||
			bpf_object__load(programs->object))
		return programs_close(programs);
	return 0;
}

/* Programs of interfaces look up the receiving socket, if the kernel can. */
static int programs_load_finding(struct programs *programs,
		struct settings *settings, size_t ring_bytes)
{
	for (int finds = programs->meter == FRAMES; finds >= 0; finds--) {
		settings->finds_receivers = programs->finds_receivers = finds;
		if (!programs_load_object(programs, settings, ring_bytes))
			return 0;
	}
	return -1;
}

static int programs_load_with(struct programs *programs,
		const struct settings *settings, size_t ring_bytes,
		uint32_t hooks, const struct reading *reading)
{
	struct settings used = *settings;

	if (!programs->has_cgroup)
		hooks &= ~(SOCKETS | MAKER);
	programs->hooks = hooks;
	programs->knows_task = reading->task;
	programs->knows_buffer = reading->buffer;
	used.wake_bytes = ring_bytes / 4 < WAKE_BYTES ? ring_bytes / 4
						      : WAKE_BYTES;
	used.cpu_mask = programs->cpus - 1;
	used.knows_reader = (hooks & RECEIVER) != 0;
	used.knows_tcp_reader = (hooks & TCP_RECEIVER) != 0;
	used.sums = (hooks & SUMS) != 0;
	used.reports_processes = (hooks & PROCESSES) != 0;
	if (getrandom(used.secret, sizeof(used.secret), 0) < 0)
		return -1;
	used.reads_task = reading->direct;
	programs->knows_result = reading->direct && programs->keeps_result;
	used.knows_result = programs->knows_result;
	used.knows_buffer = reading->buffer;
	return programs_load_finding(programs, &used, ring_bytes);
}

/* The hooks that improve attribution but are not required. */
static uint32_t optional_hooks(void)
{
	uint32_t hooks = 0;

	for (size_t i = 0; i < tm_feature_count; i++)
		hooks |= tm_features[i].hook;
	return hooks;
}

/* The optional hooks that load, each tried alone. That of processes has no
 * program of its own. */
static uint32_t find_optional_hooks(struct programs *programs,
		const struct settings *settings, size_t ring_bytes,
		uint32_t sums, const struct reading *reading)
{
	uint32_t found = 0;

	for (size_t i = 0; i < tm_feature_count; i++) {
		const uint32_t hook = tm_features[i].hook;
		const uint32_t meter = hook == PROCESSES ? programs->meter : 0;

		if (!hook ||
				programs_load_with(programs, settings,
						ring_bytes, hook | meter | sums,
						reading))
			continue;
		programs_close(programs);
		found |= hook;
	}
	return found;
}

/* Tries everything at once, which a recent kernel accepts; otherwise finds out
 * what may be read and then which optional hooks load. */
static int programs_load_best(struct programs *programs,
		const struct settings *settings, size_t ring_bytes,
		uint32_t sums)
{
	const struct reading *reading = readings;
	const uint32_t needed = programs->meter | SOCKETS | sums;
	uint32_t found;

	if (!programs_load_with(programs, settings, ring_bytes,
			    needed | optional_hooks(), reading))
		return 0;
	while (reading->task &&
			programs_load_with(programs, settings, ring_bytes,
					needed, reading))
		reading++;
	if (!reading->task)
		return sums ? -1
			    : programs_load_with(programs, settings, ring_bytes,
					      programs->meter, reading);
	programs_close(programs);
	found = find_optional_hooks(
			programs, settings, ring_bytes, sums, reading);
	return programs_load_with(programs, settings, ring_bytes,
			needed | found, reading);
}

int programs_load(struct programs *programs, const struct settings *settings,
		size_t ring_bytes, uint32_t flows, uint32_t meter,
		bool has_cgroup)
{
	int cpus;

	memset(programs, 0, sizeof(*programs));
	programs->meter = meter;
	programs->has_cgroup = has_cgroup;
	programs->flows = flows;
	libbpf_set_print(libbpf_say);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	programs->keeps_result = kernel_keeps_result();
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		return programs_fail(programs, "the number of CPUs: %s",
				strerror(-cpus));
	programs->cpus = power_of_two(cpus);
	if ((!flows || !has_cgroup ||
			    programs_load_best(programs, settings, ring_bytes,
					    SUMS)) &&
			programs_load_best(programs, settings, ring_bytes, 0))
		return programs_fail(programs, "%s",
				*last_warning ? last_warning : strerror(errno));
	if (!(programs->hooks & SUMS))
		programs->flows = 0;
	if (programs_map_counts(programs))
		return programs_fail(programs, "counters: %s", strerror(errno));
	if (programs->hooks & PROCESSES && process_maps_fill(programs->object))
		return programs_fail(programs, "drafts: %s", strerror(errno));
	return 0;
}

int programs_read_with(struct programs *programs,
		int on_event(void *context, void *data, size_t size),
		void *context)
{
	programs->ring = ring_buffer__new(programs_map(programs, "events"),
			on_event, context, NULL);
	return programs->ring
			? 0
			: programs_fail(programs, "ring: %s", strerror(errno));
}

int programs_map(const struct programs *programs, const char *name)
{
	return bpf_object__find_map_fd_by_name(programs->object, name);
}

/* Runs the iterator over the open files of all tasks. */
static void holders_look(struct bpf_link *link)
{
	char nothing[64];
	const int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		return;
	while (read(fd, nothing, sizeof(nothing)) > 0)
		;
	close(fd);
}

static struct bpf_link *part_attach(
		const struct programs *programs, size_t i, int cgroup_fd)
{
	return parts[i].place == CGROUP
			? bpf_program__attach_cgroup(
					  part_program(programs, i), cgroup_fd)
			: bpf_program__attach(part_program(programs, i));
}

/* If an optional part does not attach, only its hook is lost. */
static bool part_is_needed(size_t i)
{
	return parts[i].meter == SOCKETS;
}

static bool part_is_spared(size_t i)
{
	return parts[i].hook == SENDER && !kernel_holds_packets();
}

int programs_attach(struct programs *programs, int cgroup_fd)
{
	for (size_t i = 0; i < PROGRAMS_PARTS; i++) {
		if (!part_is_wanted(programs, i) || parts[i].place >= IN)
			continue;
		if (part_is_spared(i)) {
			programs->spared |= parts[i].hook;
			continue;
		}
		programs->links[i] = part_attach(programs, i, cgroup_fd);
		if (!programs->links[i] && part_is_needed(i))
			return programs_fail(programs, "%s: %s", parts[i].name,
					strerror(errno));
		if (!programs->links[i])
			programs->hooks &= ~parts[i].hook;
		else if (parts[i].hook == HOLDERS)
			holders_look(programs->links[i]);
	}
	return 0;
}

void programs_of_interface(const struct programs *programs, int fds[2])
{
	for (size_t i = 0; i < PROGRAMS_PARTS; i++) {
		if (part_is_wanted(programs, i) && parts[i].place >= IN)
			fds[parts[i].place == IN ? TM_IN : TM_OUT] =
					bpf_program__fd(part_program(
							programs, i));
	}
}

bool programs_are_attached(const struct programs *programs)
{
	for (size_t i = 0; i < PROGRAMS_PARTS; i++) {
		struct bpf_link_info info = {};
		uint32_t size = sizeof(info);

		if (!programs->links[i] || parts[i].place != CGROUP)
			continue;
		/* old kernels do not report this; assume attached */
		if (!bpf_obj_get_info_by_fd(bpf_link__fd(programs->links[i]),
				    &info, &size) &&
				!info.cgroup.cgroup_id)
			return false;
	}
	return true;
}

static void programs_unlink(struct programs *programs, bool meters)
{
	for (size_t i = 0; i < PROGRAMS_PARTS; i++) {
		if ((parts[i].meter != 0) != meters)
			continue;
		bpf_link__destroy(programs->links[i]);
		programs->links[i] = NULL;
	}
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

void programs_stop(struct programs *programs)
{
	programs_unlink(programs, true);
}

void programs_detach(struct programs *programs)
{
	programs_unlink(programs, false);
}
