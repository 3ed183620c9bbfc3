#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <bpf/libbpf.h>

#include "capture-rights.h"
#include "capture-state.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/system/rights.h"
#include "exclusion.h"
#include "kernel-traits.h"
#include "missing-features.h"
#include "naming.h"
#include "recording.h"
#include "unattributed.h"

#define FILES_MOST 68 /* descriptors for --every and all interfaces */

static void read_lists(struct capture_options *options)
{
	char problem[TM_NETWORKS_PROBLEM];

	options->settings.excludes = options->exclusion.site.count ||
			options->exclusion.excluded.count;
	if (exclusion_read(&options->exclusion, problem))
		errx(*options->exclusion.wrong == '@' ? TM_FAILED : TM_MISUSED,
				"%s", problem);
}

/* Before anything is attached. */
static void check_user(const char *name)
{
	if (!name || tm_rights_user(name))
		return;
	errx(TM_FAILED, "--run-as %s: %s", name,
			errno ? strerror(errno) : "no such user");
}

static void open_cgroup(struct cgroup_tree *cgroup, const char *path)
{
	if (cgroup_find(cgroup))
		errx(TM_CANNOT,
				"no cgroup2 tree is mounted here; fix: "
				"mount -t cgroup2 none /mnt");
	if (!cgroup_open(cgroup, path))
		return;
	if (errno == ENOTSUP)
		errx(TM_FAILED, "%s: not a cgroup; they are below %s",
				cgroup->path, cgroup->mount);
	err(TM_FAILED, "cgroup %s", path ? path : cgroup->path);
}

/* The owners of frames are found more often with a cgroup tree, but it is not
 * required. */
static void open_tree(struct cgroup_tree *tree)
{
	if (!cgroup_find(tree))
		tree->fd = open(tree->mount,
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* libbpf takes a failure for want of descriptors for a missing feature. */
static bool has_few_files(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < FILES_MOST;
}

__attribute__((noreturn)) static void cannot(
		const char *what, const struct programs *programs)
{
	if (errno == EPERM || errno == EACCES)
		errx(TM_CANNOT,
				"cannot %s: not permitted without root, or CAP_BPF, "
				"CAP_NET_ADMIN and CAP_PERFMON; fix: sudo",
				what);
	if (errno == EMFILE || has_few_files())
		errx(TM_CANNOT, "cannot %s: too many open files; fix: ulimit -n 1024",
				what);
	errx(TM_CANNOT, "cannot %s: %s (details: -v, tm-doctor)", what,
			programs->problem);
}

static bool can_read_maps(void *context)
{
	const struct programs *const programs = context;
	struct lost_key key;
	struct bpf_map *const lost =
			bpf_object__find_map_by_name(programs->object, "lost");

	return !bpf_map__get_next_key(lost, NULL, &key, sizeof(key)) ||
			errno == ENOENT;
}

static int load_lists(struct capture *capture)
{
	const struct programs *const programs = &capture->programs;

	return exclusion_load(&capture->options.exclusion,
			programs_map(programs, "site"),
			programs_map(programs, "excluded"),
			programs_map(programs, "lists"));
}

/* With --hook tc the programs stay on their interfaces; otherwise an interface
 * may be removed and created again. */
static int watch_interfaces(struct capture *capture)
{
	struct interfaces *const interfaces = &capture->options.interfaces;

	interfaces->changes = -1;
	if (meters_frames(capture) || !interfaces->count)
		return 0;
	for (uint32_t i = 0; i < interfaces->count; i++)
		report_bridge(&interfaces->all[i]);
	return interfaces_watch(
			interfaces, programs_map(&capture->programs, "scope"));
}

/* Only if all sockets of the host are metered can they be compared with what
 * the interfaces counted. */
static void unattributed_watch(struct capture *capture)
{
	struct writer *const writer = &capture->writer;

	if (!capture->options.settings.own_netns ||
			!capture->programs.knows_task)
		return;
	writer->netns = capture->options.settings.own_netns;
	writer->unattributed = unattributed_new(
			programs_map(&capture->programs, "carriers"),
			&capture->options.settings,
			&capture->options.interfaces);
	if (!writer->unattributed)
		err(TM_FAILED, "cannot start");
}

static void give_up_rights(const struct capture_options *options,
		struct programs *programs)
{
	char kept[RIGHTS_KEPT];

	if (rights_become(options->user, kept))
		err(TM_FAILED, "cannot become the user %s",
				options->user ? options->user : "tm");
	if (rights_drop(can_read_maps, programs, kept))
		err(TM_FAILED, "cannot drop rights");
	if (*kept && !options->is_quiet)
		warnx("keeps %s", kept);
}

static void attach_to_interfaces(struct capture *capture)
{
	const struct capture_options *const options = &capture->options;
	struct programs *const programs = &capture->programs;
	struct crossings *const crossings = &capture->crossings;
	int fds[2];

	programs_of_interface(programs, fds);
	if (crossings_attach(crossings, &options->interfaces, options->meter,
			    fds, options->user, report_swept)) {
		snprintf(programs->problem, sizeof(programs->problem), "%s",
				strerror(errno));
		cannot("attach to the interfaces", programs);
	}
	programs->hooks = (programs->hooks & ~TM_HOOK_TCX) | crossings->hook;
	if (crossings->hook == TM_HOOK_CLSACT && !options->is_quiet)
		warnx("attached as clsact filters, which process %d removes at "
		      "the end; it keeps CAP_NET_ADMIN",
				(int)crossings->guard_pid);
}

static void open_place(struct capture *capture)
{
	struct stat root;

	if (meters_frames(capture))
		open_tree(&capture->cgroup);
	else
		open_cgroup(&capture->cgroup, capture->options.cgroup);
	if (!stat(capture->cgroup.mount, &root))
		capture->options.settings.cgroup_root = root.st_ino;
	if (capture->cgroup.id == CGROUP_ROOT)
		capture->options.settings.own_netns = own_netns();
}

void capture_start(struct capture *capture,
		int on_event(void *context, void *data, size_t size))
{
	struct capture_options *const options = &capture->options;
	struct programs *const programs = &capture->programs;
	uint64_t start_ns;

	options->settings.netns = own_netns();
	kernel_find_subsystems(options->settings.subsystems);
	options->settings.interface_count = options->interfaces.count;
	read_lists(options);
	check_user(options->user);
	open_place(capture);
	if (programs_load(programs, &options->settings, options->ring_bytes,
			    options->flows,
			    meters_frames(capture) ? TM_HOOK_TCX
						   : TM_HOOK_CGROUP_SKB,
			    capture->cgroup.fd >= 0) ||
			programs_read_with(programs, on_event, capture))
		cannot("load the eBPF programs", programs);
	if (watch_interfaces(capture))
		err(TM_FAILED, "cannot watch the interfaces");
	if (load_lists(capture))
		err(TM_FAILED, "cannot load the lists of networks");
	wall_clock_open(&capture->clock);
	capture->writer.programs = programs;
	capture->writer.clock = &capture->clock;
	if (programs->hooks & TM_HOOK_PROCESSES)
		capture->processes = processes_new(
				programs_map(programs, "processes"),
				options->settings.reports_arguments);
	capture->writer.naming = naming_new(
			&capture->cgroup, own_netns(), capture->processes);
	capture->writer.limit = options->count;
	if (order_open(&capture->order) || !capture->writer.naming ||
			(programs->hooks & TM_HOOK_PROCESSES &&
					!capture->processes))
		err(TM_FAILED, "cannot start");
	start_ns = wall_clock_boot_ns(&capture->clock);
	if (programs->flows) {
		capture->flows = flow_table_new(
				programs, options->every_ns, start_ns);
		if (!capture->flows)
			err(TM_FAILED, "cannot set up the flow table");
	}
	if (programs_attach(programs, capture->cgroup.fd))
		cannot("attach to the cgroup", programs);
	/* while the holders of older sockets still exist */
	if (capture->processes)
		processes_follow(capture->processes);
	if (meters_frames(capture))
		attach_to_interfaces(capture);
	unattributed_watch(capture);
	give_up_rights(options, programs);
	missing_features_say(programs, report_missing);
	if (options->every_ns && !(programs->hooks & TM_HOOK_INTERVALS))
		report_missing("interval sums: every packet is an event");
	recording_begin();
	writer_start(&capture->writer, start_ns, capture->cgroup.id,
			options->interfaces.all[0].ifindex);
}
