#include <err.h>
#include <string.h>
#include <sys/stat.h>

#include "capture-options.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/system/netlink.h"
#include "common/tool/options.h"
#include "programs.h"

#define EVERY_LEAST_NS (100 * TM_MS_NS)
#define EVERY_MOST_NS (10 * TM_MINUTE_NS)
#define RING_DEFAULT (UINT64_C(4) << 20)
#define RING_LEAST (UINT64_C(256) << 10)
#define RING_MOST (UINT64_C(64) << 20)
#define FLOWS_DEFAULT 65536
#define FLOWS_LEAST 64
#define FLOWS_MOST (1 << 22)

uint32_t own_netns(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) ? 0 : status.st_ino;
}

static void options_add_interface(
		struct interfaces *interfaces, const char *name)
{
	struct tm_link link;

	if (interfaces->count == METERED_INTERFACES)
		tm_misuse("-i: at most %d interfaces", METERED_INTERFACES);
	if (tm_netlink_link(name, 0, &link))
		errx(TM_FAILED,
				"%s: no such interface; ip link shows what "
				"there is",
				name);
	if (interfaces->count && interfaces_have(interfaces, link.ifindex))
		return;
	interfaces->all[interfaces->count++] = (struct named_interface){
		.name = name,
		.ifindex = link.ifindex,
	};
}

static void options_add_network(const struct tm_option *option,
		struct network_list *list, const char *argument)
{
	if (!strcmp(argument, "@"))
		tm_option_refuse(option, argument, "not the name of a file");
	if (!network_list_name(list, argument))
		tm_misuse("--%s: at most %d; @FILE holds any number",
				option->name, NETWORK_LIST_ARGUMENTS);
}

/* The smallest power of two that is at least wanted, and at least least. */
static uint64_t round_up(uint64_t wanted, uint64_t least)
{
	while (least < wanted)
		least *= 2;
	return least;
}

static uint64_t parse_ring(const struct tm_option *option, const char *text)
{
	uint64_t wanted;

	if (!tm_size_parse(text, &wanted) || wanted < RING_LEAST ||
			wanted > RING_MOST)
		tm_option_refuse(option, text, "not a size from 256K to 64M");
	return round_up(wanted, RING_LEAST);
}

static uint64_t parse_every(const struct tm_option *option, const char *text)
{
	uint64_t every_ns;

	if (!tm_duration_parse(text, &every_ns) || every_ns < EVERY_LEAST_NS ||
			every_ns > EVERY_MOST_NS)
		tm_option_refuse(option, text, "not a time from 100ms to 10m");
	return every_ns;
}

static uint32_t parse_hook(const struct tm_option *option, const char *text)
{
	static const char *const names[] = { "cgroup", "tc", "tcx", "clsact",
		NULL };
	static const uint32_t hooks[] = { TM_HOOK_CGROUP_SKB,
		TM_HOOK_TCX | TM_HOOK_CLSACT, TM_HOOK_TCX, TM_HOOK_CLSACT };

	return hooks[tm_option_choice(option, text, names)];
}

static enum detaching parse_detach(
		const struct tm_option *option, const char *text)
{
	if (text && strcmp(text, "all"))
		tm_option_refuse(option, text, "not all");
	return text ? DETACH_ALL : DETACH_LEFT;
}

enum {
	EVERY = TM_OPTION,
	FLOWS,
	FOR,
	COUNT,
	RING,
	COMMAND_LINES,
	L2,
	HOOK,
	DETACH,
	DRY_RUN,
	RUN_AS,
	STRICT
};

static const struct tm_option known[] = {
	{ "cgroup", 'c', "PATH", "only this cgroup and those below it",
			TM_ONCE },
	{ "interface", 'i', "NAME", "only this interface (repeat for several)",
			0 },
	{ "site", 's', "NETWORK",
			"leave out traffic with both ends in these\n"
			"networks",
			0 },
	{ "exclude", 'x', "NETWORK",
			"leave out traffic with either end in these\n"
			"(both: @FILE is a list; repeat for several)",
			0 },
	{ "write", 'w', "FILE",
			"write the events to this recording (mode 0640)",
			TM_ONCE },
	{ "every", EVERY, "DURATION",
			"a sum for each flow and interval, not an event\n"
			"for each packet (100ms to 10m)",
			0 },
	{ "flows", FLOWS, "N",
			"flows that --every can sum at once, 64 to\n"
			"4194304 (65536)",
			0 },
	{ "for", FOR, "DURATION", "stop after 10s, 5m, 2h", 0 },
	{ "count", COUNT, "N", "stop after N events", 0 },
	{ "ring", RING, "SIZE", "ring buffer, 256K to 64M (4M)", 0 },
	{ "command-lines", COMMAND_LINES, NULL,
			"record the arguments of processes, without what\n"
			"looks like a secret",
			TM_FLAG(struct capture_options,
					settings.reports_arguments) },
	{ "l2", L2, NULL, "bytes with the link header",
			TM_FLAG(struct capture_options, settings.counts_link) },
	{ "hook", HOOK, "HOOK",
			"cgroup (the default): packets of sockets; tc:\n"
			"all frames that cross the interfaces, including\n"
			"forwarded and ARP (tcx, clsact: by that alone)",
			0 },
	{ "detach", DETACH, "[=all]",
			"remove what a killed capture left on interfaces;\n"
			"all: every program there",
			0 },
	{ "dry-run", DRY_RUN, NULL, "only report what --detach would remove",
			TM_FLAG(struct capture_options, is_trial) },
	{ "run-as", RUN_AS, "USER",
			"become this user once attached (tm, else who\n"
			"called sudo)",
			0 },
	{ "user", TM_MOVED, "USER",
			"whose traffic is shown, in other tools: pipe to "
			"tm-filter 'user NAME'; who to become is --run-as USER",
			0 },
	{ "strict", STRICT, NULL, "exit 4 if events were lost",
			TM_FLAG(struct capture_options, is_strict) },
	{ "quiet", 'q', NULL, "no notes, no summary at the end",
			TM_FLAG(struct capture_options, is_quiet) },
	{ "verbose", 'v', NULL, "also report what libbpf and the verifier say",
			0 },
};

static void capture_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct capture_options *const options = context;

	switch (option->letter) {
	case 'c':
		options->cgroup = tm_option_file(option, argument);
		break;
	case 'i':
		options_add_interface(&options->interfaces, argument);
		break;
	case 's':
		options_add_network(option, &options->exclusion.site, argument);
		break;
	case 'w':
		tm_option_stream(option, argument);
		options->recording = strcmp(argument, "-") ? argument : NULL;
		break;
	case 'x':
		options_add_network(
				option, &options->exclusion.excluded, argument);
		break;
	case EVERY:
		options->every_ns = parse_every(option, argument);
		break;
	case FLOWS:
		options->flows = round_up(
				tm_option_number(option, argument, FLOWS_LEAST,
						FLOWS_MOST),
				FLOWS_LEAST);
		break;
	case FOR:
		options->for_ns = tm_option_duration(
				option, argument, 1, UINT64_MAX);
		break;
	case COUNT:
		options->count = tm_option_number(
				option, argument, 1, UINT64_MAX);
		break;
	case RING:
		options->ring_bytes = parse_ring(option, argument);
		break;
	case HOOK:
		options->meter = parse_hook(option, argument);
		break;
	case DETACH:
		options->detaching = parse_detach(option, argument);
		break;
	case RUN_AS:
		options->user = argument;
		break;
	case 'v':
		programs_be_verbose();
		break;
	}
}

static const struct tm_tool tool = {
	.usage = "usage: tm-capture [-qv] [-c CGROUP] [-i INTERFACE] [-s NETWORK] [-x NETWORK]\n"
		 "                  [--every DURATION] [--for DURATION] [--count N]\n"
		 "                  [--flows N] [--ring SIZE] [--command-lines] [--l2]\n"
		 "                  [--run-as USER] [--strict] [-w FILE]\n"
		 "       tm-capture --hook tc -i INTERFACE [-i ...] [as above]\n"
		 "       tm-capture --detach[=all] [--dry-run] [-i INTERFACE]\n"
		 "Meters the traffic of this host's sockets; events go to standard output.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = capture_take_option,
};

/* A cgroup contains sockets; frames on an interface may have none. */
static void check_scope(struct capture_options *options)
{
	if (options->meter == TM_HOOK_CGROUP_SKB)
		return;
	if (!options->interfaces.count)
		tm_misuse("--hook: name the interface with -i");
	if (options->cgroup)
		tm_misuse("-c: what crosses an interface is of no cgroup; "
			  "leave out -c, or --hook");
	options->settings.counts_link = true;
}

void capture_options_parse(
		struct capture_options *options, int argc, char **argv)
{
	int at;

	*options = (struct capture_options){ .ring_bytes = RING_DEFAULT,
		.meter = TM_HOOK_CGROUP_SKB };
	at = tm_tool_parse(&tool, argc, argv, options);
	if (at < argc)
		tm_misuse("%s: takes no operands; a cgroup is named with -c",
				argv[at]);
	if (options->is_trial && !options->detaching)
		tm_misuse("--dry-run: goes with --detach");
	if (options->flows && !options->every_ns)
		tm_misuse("--flows: goes with --every DURATION");
	if (options->every_ns && !options->flows)
		options->flows = FLOWS_DEFAULT;
	check_scope(options);
}
