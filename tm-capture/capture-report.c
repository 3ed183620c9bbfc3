#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include "capture-state.h"
#include "common/base/exit.h"
#include "program-counts.h"

void report_missing(const char *what)
{
	warnx("without %s", what);
}

void report_swept(const char *interface, const char *what)
{
	warnx("%s: removed %s that an earlier capture left behind", interface,
			what);
}

void report_gone(const char *interface)
{
	warnx("%s: the interface is gone, or the program was detached",
			interface);
}

void report_lost(const char *interface)
{
	warnx("%s: the interface is gone; it is metered again when it returns",
			interface);
}

void report_back(const char *interface, uint32_t ifindex)
{
	warnx("%s: the interface was created again and is metered as number %" PRIu32,
			interface, ifindex);
}

void report_bridge(const struct named_interface *interface)
{
	char bridge[IF_NAMESIZE];

	if (interfaces_find_bridge(interface, bridge))
		warnx("%s: a port of the bridge %s, by which sockets send and "
		      "receive; fix: -i %s, or --hook tc for the frames of "
		      "the port",
				interface->name, bridge, bridge);
}

void report_stuck(const char *interface)
{
	warnx("%s: the filters could not be removed; fix: tm-capture --detach",
			interface);
}

void report_crowded(struct capture *capture)
{
	const struct flow_table_use use = flow_table_use(capture->flows);

	if (!use.flowless || capture->is_crowded)
		return;
	warnx("more flows than --flows %" PRIu32 ": packets of the others are "
	      "written as events, which costs more; fix: raise --flows",
			use.size);
	capture->is_crowded = true;
}

void report_queue(void)
{
	warnx("packets wait for another program (NFQUEUE), which was not so at "
	      "the start: what a process sends stays with who made the socket "
	      "or last read from it; fix: restart tm-capture");
}

void report_unnamed(struct capture *capture)
{
	const uint64_t unreported = programs_unreported(&capture->programs);

	if (!unreported || capture->has_unnamed)
		return;
	warnx("too many new processes at once: some have no executable, login "
	      "or job in the stream; fix: raise --ring");
	capture->has_unnamed = true;
}

static void report_packets(struct capture *capture)
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

static void report_flows(const struct capture *capture)
{
	struct flow_table_use use;

	if (!capture->flows)
		return;
	use = flow_table_use(capture->flows);
	warnx("flows %" PRIu32 " of %" PRIu32 " in use; %" PRIu64
	      " packets were written as events because none was free",
			use.used, use.size, use.flowless);
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

int report_end(struct capture *capture)
{
	const struct writer *const writer = &capture->writer;

	if (!capture->options.is_quiet)
		report_packets(capture);
	if (capture->is_orphaned && meters_frames(capture))
		warnx("no interface is left to meter");
	else if (capture->is_orphaned)
		warnx("%s: the cgroup was removed", capture->cgroup.path);
	if (writer->error && writer->error != EPIPE) {
		warnx("%s: %s; the stream ends after %" PRIu64 " bytes",
				capture->options.recording
						? capture->options.recording
						: "standard output",
				strerror(writer->error),
				writer_cut_back(writer));
	}
	if ((writer->error && writer->error != EPIPE) || capture->is_orphaned)
		return TM_FAILED;
	if (!writer->error && !is_balanced(capture)) {
		warnx("seen is not recorded + excluded + lost: "
		      "this is a bug in tm-capture");
		return TM_FAILED;
	}
	if (capture->options.is_strict &&
			(writer->lost[TM_IN].packets ||
					writer->lost[TM_OUT].packets))
		return TM_LOSSY;
	return TM_DONE;
}

void report_statistics(struct capture *capture)
{
	report_packets(capture);
	report_flows(capture);
	if (capture->processes)
		warnx("processes not named, as their ring was full: %" PRIu64,
				programs_unreported(&capture->programs));
}
