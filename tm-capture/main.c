/* tm-capture: meters the sockets of a cgroup and writes events. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "capture-options.h"
#include "capture-rights.h"
#include "cgroup.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/system/rights.h"
#include "common/tool/loop.h"
#include "crossings.h"
#include "detach.h"
#include "exclusion.h"
#include "flow-table.h"
#include "held.h"
#include "naming.h"
#include "order.h"
#include "programs.h"
#include "wall-clock.h"
#include "writer.h"

#define IDLE_MS 100   /* the longest that an event waits in the ring */
#define FILES_MOST 68 /* that it holds, of --every and all interfaces */
#define ROUND 8192    /* records between two looks at clock and signals */

struct capture {
	struct capture_options options;
	struct cgroup_tree cgroup;
	struct programs programs;
	struct crossings crossings;
	struct wall_clock clock;
	struct event_order order;
	struct writer writer;
	struct flow_table *flows; /* NULL = every packet is an event */
	struct held sums;	  /* of those, not yet written */
	size_t round;		  /* records that this round may still take */
	bool is_drained;
	bool is_orphaned; /* the cgroup or the interfaces were removed */
	bool is_crowded;  /* flows were too few, which was said */
};

static bool meters_frames(const struct capture *capture)
{
	return capture->options.meter != TM_HOOK_CGROUP_SKB;
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

/* Who owns frames is better known with the tree, but not by it alone. */
static void open_tree(struct cgroup_tree *tree)
{
	if (!cgroup_find(tree))
		tree->fd = open(tree->mount,
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What libbpf then tries in vain it takes for another lack of the kernel. */
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
				"cannot %s: not permitted; it takes root, or "
				"CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON: try sudo",
				what);
	if (errno == EMFILE || has_few_files())
		errx(TM_CANNOT, "cannot %s: too many open files; fix: ulimit -n 1024",
				what);
	errx(TM_CANNOT, "cannot %s: %s (-v and tm-doctor tell more)", what,
			programs->problem);
}

static int on_event(void *context, void *data, size_t size)
{
	struct capture *const capture = context;

	if (size >= TM_EVENT_SIZE)
		memcpy(order_add(&capture->order), data, TM_EVENT_SIZE);
	return --capture->round ? 0 : -ECANCELED;
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

static void read_lists(struct capture_options *options)
{
	char problem[TM_NETWORKS_PROBLEM];

	options->settings.excludes = options->exclusion.site.count ||
			options->exclusion.excluded.count;
	if (exclusion_read(&options->exclusion, problem))
		errx(*options->exclusion.wrong == '@' ? TM_FAILED : TM_MISUSED,
				"%s", problem);
}

static int load_lists(struct capture *capture)
{
	const struct programs *const programs = &capture->programs;

	return exclusion_load(&capture->options.exclusion,
			programs_map(programs, "site"),
			programs_map(programs, "excluded"),
			programs_map(programs, "lists"));
}

/* Of a part of the sockets the interfaces tell nothing. */
static void unattributed_watch(struct capture *capture)
{
	struct writer *const writer = &capture->writer;

	if (!capture->options.settings.own_netns ||
			!capture->programs.knows_task)
		return;
	writer->netns = capture->options.settings.own_netns;
	writer->unattributed = unattributed_new(
			programs_map(&capture->programs, "carriers"),
			&capture->options.settings);
	if (!writer->unattributed)
		err(TM_FAILED, "start");
}

/* While the programs still count, too. */
static void unattributed_look_now(struct capture *capture)
{
	if (capture->writer.unattributed)
		unattributed_look(capture->writer.unattributed);
}

static void tell_missing(const char *what)
{
	warnx("without %s", what);
}

/* At once, not when all is attached. */
static void check_user(const char *name)
{
	if (!name || tm_rights_user(name))
		return;
	errx(TM_FAILED, "--run-as %s: %s", name,
			errno ? strerror(errno) : "there is no such user");
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

static void tell_swept(const char *interface, const char *what)
{
	warnx("%s: removed %s, which a capture before this one left", interface,
			what);
}

static void attach_to_interfaces(struct capture *capture)
{
	const struct capture_options *const options = &capture->options;
	struct programs *const programs = &capture->programs;
	struct crossings *const crossings = &capture->crossings;
	int fds[2];

	programs_of_interface(programs, fds);
	if (crossings_attach(crossings, &options->settings, options->meter, fds,
			    options->user, tell_swept)) {
		snprintf(programs->problem, sizeof(programs->problem), "%s",
				strerror(errno));
		cannot("attach to the interfaces", programs);
	}
	programs->hooks = (programs->hooks & ~TM_HOOK_TCX) | crossings->hook;
	if (crossings->hook == TM_HOOK_CLSACT && !options->is_quiet)
		warnx("attached by filters of clsact, which process %d removes "
		      "at the end; it keeps CAP_NET_ADMIN",
				(int)crossings->guard_pid);
}

static void capture_start(struct capture *capture)
{
	struct capture_options *const options = &capture->options;
	struct programs *const programs = &capture->programs;
	uint64_t start_ns;

	if (programs_load(programs, &options->settings, options->ring_bytes,
			    options->flows,
			    meters_frames(capture) ? TM_HOOK_TCX
						   : TM_HOOK_CGROUP_SKB,
			    capture->cgroup.fd >= 0) ||
			programs_read_with(programs, on_event, capture))
		cannot("load the eBPF programs", programs);
	if (load_lists(capture))
		err(TM_FAILED, "the lists of networks");
	wall_clock_open(&capture->clock);
	capture->writer.programs = programs;
	capture->writer.clock = &capture->clock;
	capture->writer.naming = naming_new(&capture->cgroup, own_netns());
	capture->writer.limit = options->count;
	if (order_open(&capture->order) || !capture->writer.naming)
		err(TM_FAILED, "start");
	start_ns = tm_clock_boot_ns();
	if (programs->flows) {
		capture->flows = flow_table_new(
				programs, options->every_ns, start_ns);
		if (!capture->flows)
			err(TM_FAILED, "the flow table");
	}
	if (programs_attach(programs, capture->cgroup.fd))
		cannot("attach to the cgroup", programs);
	if (meters_frames(capture))
		attach_to_interfaces(capture);
	unattributed_watch(capture);
	give_up_rights(options, programs);
	programs_tell_missing(programs, tell_missing);
	if (options->every_ns && !(programs->hooks & TM_HOOK_INTERVALS))
		tell_missing("interval sums: every packet is an event");
	writer_start(&capture->writer, start_ns, capture->cgroup.id,
			options->settings.interfaces[0].ifindex);
}

static void write_events(struct capture *capture, uint64_t until_ns)
{
	struct tm_event *events;
	const size_t count = order_take(&capture->order, until_ns, &events);

	writer_events(&capture->writer, events, count);
}

/* Events and sums in time order. */
static void write_until(struct capture *capture, uint64_t until_ns)
{
	struct tm_event *sums;
	uint64_t sums_ns;
	size_t count;

	while (held_are_due(&capture->sums, until_ns, &sums_ns)) {
		write_events(capture, sums_ns);
		count = held_take(&capture->sums, sums_ns, &sums);
		writer_events(&capture->writer, sums, count);
	}
	write_events(capture, until_ns);
}

/* Takes a round of records from the ring and writes those that can have no
 * older one behind them. Returns the time, since boot, until which all that
 * happened is written. */
static uint64_t ring_drain(struct capture *capture)
{
	struct event_order *const order = &capture->order;
	const size_t room = order_compact(order);
	uint64_t until_ns = tm_clock_boot_ns(), newest_ns;

	capture->round = room < ROUND ? room : ROUND;
	if (capture->round)
		ring_buffer__consume(capture->programs.ring);
	capture->is_drained = capture->round;
	newest_ns = order_sort(order);
	if (!capture->is_drained && newest_ns < until_ns)
		until_ns = newest_ns;
	until_ns -= ORDER_WINDOW_NS;
	write_until(capture, until_ns);
	if (!room)
		write_events(capture, UINT64_MAX);
	return until_ns;
}

/* Out of order rather than not at all, where there is no memory. */
static void on_sums(void *context, const struct tm_event *sums, size_t count)
{
	struct capture *const capture = context;
	struct tm_event copy;

	if (!held_add(&capture->sums, sums, count))
		return;
	for (size_t i = 0; i < count; i++) {
		copy = sums[i];
		writer_events(&capture->writer, &copy, 1);
	}
}

/* Whose sums are to come, while a short process and its cgroup may be there. */
static void on_flow(void *context, const struct tm_event *owner)
{
	struct capture *const capture = context;

	writer_introduce(&capture->writer, owner);
}

static void tell_crowded(struct capture *capture)
{
	const struct flow_table_use use = flow_table_use(capture->flows);

	if (!use.flowless || capture->is_crowded)
		return;
	warnx("more flows than --flows %" PRIu32 ": the packets of the others "
	      "are events, which costs more; raise --flows",
			use.size);
	capture->is_crowded = true;
}

static const struct flow_table_reader *flow_reader(struct capture *capture)
{
	static struct flow_table_reader reader = { .found = on_flow,
		.summed = on_sums };

	reader.context = capture;
	return &reader;
}

static void sums_drain(struct capture *capture)
{
	if (!capture->flows)
		return;
	flow_table_read(capture->flows, tm_clock_boot_ns(),
			flow_reader(capture));
	tell_crowded(capture);
}

static void capture_wait(struct capture *capture)
{
	struct pollfd fds[] = {
		{ ring_buffer__epoll_fd(capture->programs.ring), POLLIN, 0 },
		{ capture->clock.fd, POLLIN, 0 },
	};

	poll(fds, 2, IDLE_MS);
	if (fds[1].revents)
		wall_clock_follow(&capture->clock);
}

static void reload_lists(struct capture *capture)
{
	char problem[TM_NETWORKS_PROBLEM];

	if (exclusion_reload(&capture->options.exclusion, problem))
		warnx("%s; the old lists stay", problem);
}

static bool is_told_to_stop(struct capture *capture)
{
	if (tm_signal_take(SIGHUP)) {
		/* under sudo a lost terminal shows in no other way */
		if (isatty(STDERR_FILENO))
			return true;
		reload_lists(capture);
	}
	return tm_stop_requested();
}

static bool is_balanced(struct capture *capture)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		const struct tm_status status =
				writer_count(&capture->writer, i);

		if (status.seen.bytes !=
				status.recorded.bytes + status.excluded.bytes +
						status.lost.bytes)
			return false;
	}
	return true;
}

static void print_statistics(struct capture *capture)
{
	struct tm_status in = writer_count(&capture->writer, TM_IN);
	struct tm_status out = writer_count(&capture->writer, TM_OUT);

	warnx("seen %" PRIu64 " packets %" PRIu64 " bytes = recorded %" PRIu64
	      " %" PRIu64 " + excluded %" PRIu64 " %" PRIu64 " + lost %" PRIu64
	      " %" PRIu64,
			in.seen.packets + out.seen.packets,
			in.seen.bytes + out.seen.bytes,
			in.recorded.packets + out.recorded.packets,
			in.recorded.bytes + out.recorded.bytes,
			in.excluded.packets + out.excluded.packets,
			in.excluded.bytes + out.excluded.bytes,
			in.lost.packets + out.lost.packets,
			in.lost.bytes + out.lost.bytes);
}

static void print_flows(const struct capture *capture)
{
	struct flow_table_use use;

	if (!capture->flows)
		return;
	use = flow_table_use(capture->flows);
	warnx("flows %" PRIu32 " of %" PRIu32 " in use; %" PRIu64
	      " packets were events because none was free",
			use.used, use.size, use.flowless);
}

static void tell_gone(const char *interface)
{
	warnx("%s: the interface is gone, or the program was taken from it",
			interface);
}

static void capture_tick(struct capture *capture, uint64_t until_ns)
{
	unattributed_look_now(capture);
	writer_status(&capture->writer, TM_TICK, until_ns);
	capture->is_orphaned = !programs_are_attached(&capture->programs) ||
			(meters_frames(capture) &&
					!crossings_watch(&capture->crossings,
							tell_gone));
}

/* The next due time behind now; those that were missed are left out. */
static uint64_t next_after(uint64_t now_ns, uint64_t due_ns, uint64_t period_ns)
{
	return due_ns + (now_ns - due_ns) / period_ns * period_ns + period_ns;
}

static void capture_run(struct capture *capture)
{
	const uint64_t start_ns = tm_clock_boot_ns();
	const uint64_t for_ns = capture->options.for_ns;
	uint64_t tick_ns = start_ns + TM_SECOND_NS, until_ns;

	while (!is_told_to_stop(capture) && !capture->writer.error &&
			!writer_is_full(&capture->writer) &&
			!capture->is_orphaned) {
		capture_wait(capture);
		sums_drain(capture);
		until_ns = ring_drain(capture);
		if (until_ns >= tick_ns) {
			capture_tick(capture, until_ns);
			tick_ns = next_after(until_ns, tick_ns, TM_SECOND_NS);
		}
		if (tm_signal_take(SIGUSR1)) {
			print_statistics(capture);
			print_flows(capture);
		}
		if (for_ns && tm_clock_boot_ns() - start_ns >= for_ns)
			break;
	}
}

static void tell_stuck(const char *interface)
{
	warnx("%s: the filters could not be removed; fix: tm-capture --detach",
			interface);
}

static void capture_finish(struct capture *capture)
{
	unattributed_look_now(capture);
	if (meters_frames(capture))
		crossings_detach(&capture->crossings, tell_stuck);
	programs_stop(&capture->programs);
	if (capture->flows)
		flow_table_finish(capture->flows, tm_clock_boot_ns(),
				flow_reader(capture));
	programs_detach(&capture->programs);
	do
		ring_drain(capture);
	while (!capture->is_drained);
	write_until(capture, UINT64_MAX);
	writer_status(&capture->writer, TM_END, tm_clock_boot_ns());
}

static int capture_conclude(struct capture *capture)
{
	const struct writer *const writer = &capture->writer;

	if (!capture->options.is_quiet)
		print_statistics(capture);
	if (capture->is_orphaned && meters_frames(capture))
		warnx("no interface is left, so the metering ended");
	else if (capture->is_orphaned)
		warnx("%s: the cgroup was removed, so the metering ended",
				capture->cgroup.path);
	if (writer->error && writer->error != EPIPE) {
		writer_cut_back(writer);
		warnx("standard output: %s; the stream ends after %" PRIu64
		      " bytes",
				strerror(writer->error), writer->size);
	}
	if ((writer->error && writer->error != EPIPE) || capture->is_orphaned)
		return TM_FAILED;
	if (!writer->error && !is_balanced(capture)) {
		warnx("what was seen is not what was recorded, excluded and "
		      "lost: this is a fault of tm-capture");
		return TM_FAILED;
	}
	if (capture->options.is_strict &&
			(writer->lost[TM_IN].packets ||
					writer->lost[TM_OUT].packets))
		return TM_LOSSY;
	return TM_DONE;
}

int main(int argc, char **argv)
{
	static struct capture capture;

	capture_options_parse(&capture.options, argc, argv);
	if (capture.options.detaching)
		return detach_programs(&capture.options.settings,
				capture.options.detaching == DETACH_ALL);
	tm_loop_prepare_output();
	read_lists(&capture.options);
	check_user(capture.options.user);
	if (meters_frames(&capture))
		open_tree(&capture.cgroup);
	else
		open_cgroup(&capture.cgroup, capture.options.cgroup);
	if (capture.cgroup.id == CGROUP_ROOT)
		capture.options.settings.own_netns = own_netns();
	tm_signals_install();
	capture_start(&capture);
	capture_run(&capture);
	capture_finish(&capture);
	return tm_loop_close(capture_conclude(&capture));
}
