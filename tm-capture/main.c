/* tm-capture: meters the sockets of a cgroup and writes events. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "capture-state.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/signals.h"
#include "common/tool/loop.h"
#include "detach.h"
#include "exclusion.h"
#include "kernel-traits.h"
#include "recording.h"
#include "unattributed.h"

#define IDLE_MS 100 /* an event waits no longer in the ring */
#define NAMING_MS 5 /* the same while cgroups are looked for */
#define ROUND 8192  /* records read before time and signals are checked */

static int on_event(void *context, void *data, size_t size)
{
	struct capture *const capture = context;

	if (size >= TM_EVENT_SIZE)
		memcpy(order_add(&capture->order), data, TM_EVENT_SIZE);
	return --capture->round ? 0 : -ECANCELED;
}

/* Before the programs stop counting. */
static void unattributed_look_now(struct capture *capture)
{
	if (capture->writer.unattributed)
		unattributed_look(capture->writer.unattributed);
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

/* Reads a round of records from the ring and writes those that no older one can
 * follow. Returns the time since boot up to which everything is written. */
static uint64_t ring_drain(struct capture *capture)
{
	struct event_order *const order = &capture->order;
	const size_t room = order_compact(order);
	uint64_t until_ns = wall_clock_boot_ns(&capture->clock), newest_ns;

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

/* Without memory to keep them, sums are written out of order. */
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

/* Names the owner of a new flow while its process and cgroup still exist. */
static void on_flow(void *context, const struct tm_event *owner)
{
	struct capture *const capture = context;

	writer_introduce(&capture->writer, owner);
}

static const struct flow_table_reader *flow_reader(struct capture *capture)
{
	static struct flow_table_reader reader = { .found = on_flow,
		.summed = on_sums };

	reader.context = capture;
	return &reader;
}

static void processes_drain(struct capture *capture)
{
	if (!capture->processes)
		return;
	processes_follow(capture->processes);
	report_unnamed(capture);
}

static void sums_drain(struct capture *capture)
{
	if (!capture->flows)
		return;
	flow_table_read(capture->flows, wall_clock_boot_ns(&capture->clock),
			flow_reader(capture));
	report_crowded(capture);
}

static void capture_wait(struct capture *capture)
{
	struct pollfd fds[] = {
		{ ring_buffer__epoll_fd(capture->programs.ring), POLLIN, 0 },
		{ capture->clock.fd, POLLIN, 0 },
		{ capture->options.interfaces.changes, POLLIN, 0 },
	};

	poll(fds, 3,
			naming_continue(capture->writer.naming) ? NAMING_MS
								: IDLE_MS);
	if (fds[1].revents)
		wall_clock_follow(&capture->clock);
	if (fds[2].revents)
		interfaces_follow(&capture->options.interfaces, report_lost,
				report_back);
}

static void reload_lists(struct capture *capture)
{
	char problem[TM_NETWORKS_PROBLEM];

	if (exclusion_reload(&capture->options.exclusion, problem))
		warnx("%s; the previous lists remain in use", problem);
}

static bool is_told_to_stop(struct capture *capture)
{
	if (tm_signal_take(SIGHUP)) {
		/* under sudo this is the only sign of a lost terminal */
		if (isatty(STDERR_FILENO) && tm_hangup_ends())
			return true;
		reload_lists(capture);
	}
	return tm_stop_requested();
}

/* The hook for it can be attached at the start only, with rights. */
static void watch_queue(struct capture *capture)
{
	if (capture->has_queue ||
			!(capture->programs.spared & TM_HOOK_SEND_LENGTH) ||
			!kernel_holds_packets())
		return;
	report_queue();
	capture->has_queue = true;
}

static void capture_tick(struct capture *capture, uint64_t until_ns)
{
	watch_queue(capture);
	unattributed_look_now(capture);
	writer_status(&capture->writer, TM_TICK, until_ns);
	capture->is_orphaned = !programs_are_attached(&capture->programs) ||
			(meters_frames(capture) &&
					!crossings_watch(&capture->crossings,
							report_gone));
}

/* The first due time after now; missed ones are skipped. */
static uint64_t next_after(uint64_t now_ns, uint64_t due_ns, uint64_t period_ns)
{
	return due_ns + (now_ns - due_ns) / period_ns * period_ns + period_ns;
}

static void capture_run(struct capture *capture)
{
	const uint64_t start_ns = wall_clock_boot_ns(&capture->clock);
	const uint64_t for_ns = capture->options.for_ns;
	uint64_t tick_ns = start_ns + TM_SECOND_NS, until_ns;

	while (!is_told_to_stop(capture) && !capture->writer.error &&
			!writer_is_full(&capture->writer) &&
			!capture->is_orphaned) {
		capture_wait(capture);
		processes_drain(capture);
		sums_drain(capture);
		until_ns = ring_drain(capture);
		if (until_ns >= tick_ns) {
			capture_tick(capture, until_ns);
			tick_ns = next_after(until_ns, tick_ns, TM_SECOND_NS);
		}
		if (tm_signal_take(SIGUSR1))
			report_statistics(capture);
		if (for_ns &&
				wall_clock_boot_ns(&capture->clock) -
								start_ns >=
						for_ns)
			break;
	}
}

static void capture_finish(struct capture *capture)
{
	unattributed_look_now(capture);
	if (meters_frames(capture))
		crossings_detach(&capture->crossings, report_stuck);
	programs_stop(&capture->programs);
	if (capture->flows)
		flow_table_finish(capture->flows,
				wall_clock_boot_ns(&capture->clock),
				flow_reader(capture));
	programs_detach(&capture->programs);
	do
		ring_drain(capture);
	while (!capture->is_drained);
	write_until(capture, UINT64_MAX);
	writer_status(&capture->writer, TM_END,
			wall_clock_boot_ns(&capture->clock));
}

int main(int argc, char **argv)
{
	static struct capture capture;

	capture_options_parse(&capture.options, argc, argv);
	if (capture.options.detaching)
		return detach_programs(&capture.options.interfaces,
				capture.options.detaching == DETACH_ALL,
				capture.options.is_trial);
	if (capture.options.recording)
		recording_open(capture.options.recording,
				capture.options.is_quiet);
	tm_loop_prepare_output();
	if (!capture.options.is_quiet)
		recording_check();
	tm_signals_install();
	capture_start(&capture, on_event);
	capture_run(&capture);
	capture_finish(&capture);
	return tm_loop_close(report_end(&capture));
}
