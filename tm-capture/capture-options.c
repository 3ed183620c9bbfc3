#include <err.h>
#include <getopt.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture-options.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "programs.h"

#define EVERY_LEAST_NS UINT64_C(100000000)
#define EVERY_MOST_NS UINT64_C(600000000000)
#define RING_DEFAULT (UINT64_C(4) << 20)
#define RING_LEAST (UINT64_C(256) << 10)
#define RING_MOST (UINT64_C(64) << 20)
#define FLOWS_DEFAULT 65536
#define FLOWS_LEAST 64
#define FLOWS_MOST (1 << 22)

static const char usage_text[] =
		"usage: tm-capture [-qv] [-c CGROUP] [-i INTERFACE] [-s NETWORK] "
		"[-x NETWORK]\n"
		"                  [--every DURATION] [--for DURATION] [--count N]\n"
		"                  [--flows N] [--ring SIZE] [--l2] [--user NAME] "
		"[--strict]\n"
		"       tm-capture --hook tc -i INTERFACE [-i ...] [as above]\n"
		"       tm-capture --detach[=all] [-i INTERFACE]\n"
		"Meters the traffic of this host's sockets; events go to standard "
		"output.\n"
		"\n"
		"  -c, --cgroup PATH     only this cgroup and those below it\n"
		"  -i, --interface NAME  only this interface (repeat for several)\n"
		"  -s, --site NETWORK    leave out traffic with both ends in the site's "
		"networks\n"
		"  -x, --exclude NETWORK leave out traffic with an end in this "
		"network\n"
		"                        (both: @FILE is a list; repeat for several)\n"
		"      --every DURATION  a sum for each flow and interval, not an event "
		"for\n"
		"                        each packet (100ms to 10m)\n"
		"      --flows N         flows that --every can sum at once, 64 to "
		"4194304\n"
		"                        (65536)\n"
		"      --for DURATION    stop after 10s, 5m, 2h\n"
		"      --count N         stop after N events\n"
		"      --ring SIZE       ring buffer, 256K to 64M (4M)\n"
		"      --l2              bytes with the link header\n"
		"      --hook HOOK       tc: what crosses the interfaces, forwarded and "
		"ARP\n"
		"                        too (tcx, clsact: only by that); else cgroup\n"
		"      --detach[=all]    remove what a killed capture left on "
		"interfaces;\n"
		"                        all: every program there\n"
		"      --user NAME       who to become once attached (tm, else who "
		"called\n"
		"                        sudo)\n"
		"      --strict          exit 4 when events were lost\n"
		"  -q, --quiet           no summary at the end\n"
		"  -v, --verbose         the messages of libbpf and the verifier\n"
		"  -h, --help            this text\n"
		"  -V, --version         the version\n";

uint32_t own_netns(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) ? 0 : status.st_ino;
}

static void options_add_interface(struct settings *settings, const char *name)
{
	struct metered_interface *interface;

	if (settings->interface_count == METERED_INTERFACES)
		errx(TM_MISUSED, "-i: at most %d interfaces",
				METERED_INTERFACES);
	interface = &settings->interfaces[settings->interface_count];
	interface->ifindex = if_nametoindex(name);
	interface->netns = own_netns();
	if (!interface->ifindex)
		errx(TM_FAILED,
				"%s: no such interface; ip link shows what "
				"there is",
				name);
	for (uint32_t i = 0; i < settings->interface_count; i++) {
		if (settings->interfaces[i].ifindex == interface->ifindex)
			return;
	}
	settings->interface_count++;
}

static void options_add_network(struct network_list *list, const char *argument)
{
	if (!strcmp(argument, "@"))
		errx(TM_MISUSED, "-s, -x: @ wants the name of a file");
	if (!network_list_name(list, argument))
		errx(TM_MISUSED,
				"-s, -x: at most %d each; @FILE holds any "
				"number",
				NETWORK_LIST_ARGUMENTS);
}

__attribute__((noreturn)) static void misused(
		const char *option, const char *value, const char *wanted)
{
	errx(TM_MISUSED, "%s %s: wants %s", option, value, wanted);
}

static uint64_t parse_ring(const char *text)
{
	uint64_t wanted, size = RING_LEAST;

	if (!tm_size_parse(text, &wanted) || wanted < RING_LEAST ||
			wanted > RING_MOST)
		misused("--ring", text, "a size from 256K to 64M");
	while (size < wanted)
		size *= 2;
	return size;
}

static uint64_t parse_every(const char *text)
{
	uint64_t every_ns;

	if (!tm_duration_parse(text, &every_ns) || every_ns < EVERY_LEAST_NS ||
			every_ns > EVERY_MOST_NS)
		misused("--every", text, "a time from 100ms to 10m");
	return every_ns;
}

static uint32_t parse_flows(const char *text)
{
	uint64_t wanted;
	uint32_t flows = FLOWS_LEAST;

	if (!tm_number_parse(text, FLOWS_MOST, &wanted) || wanted < FLOWS_LEAST)
		misused("--flows", text, "a number from 64 to 4194304");
	while (flows < wanted)
		flows *= 2;
	return flows;
}

static uint64_t parse_for(const char *text)
{
	uint64_t for_ns;

	if (!tm_duration_parse(text, &for_ns) || !for_ns)
		misused("--for", text, "a time, as 10s");
	return for_ns;
}

static uint64_t parse_count(const char *text)
{
	uint64_t count;

	if (!tm_number_parse(text, UINT64_MAX, &count) || !count)
		misused("--count", text, "a number above 0");
	return count;
}

static uint32_t parse_hook(const char *text)
{
	static const struct {
		const char *name;
		uint32_t hooks;
	} hooks[] = {
		{ "cgroup", TM_HOOK_CGROUP_SKB },
		{ "tc", TM_HOOK_TCX | TM_HOOK_CLSACT },
		{ "tcx", TM_HOOK_TCX },
		{ "clsact", TM_HOOK_CLSACT },
	};

	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		if (!strcmp(hooks[i].name, text))
			return hooks[i].hooks;
	}
	misused("--hook", text, "cgroup, tc, tcx or clsact");
}

static enum detaching parse_detach(const char *text)
{
	if (text && strcmp(text, "all"))
		misused("--detach", text, "all, or nothing");
	return text ? DETACH_ALL : DETACH_LEFT;
}

enum { EVERY = 256, FLOWS, FOR, COUNT, RING, L2, HOOK, DETACH, USER, STRICT };

static void capture_take_option(
		struct capture_options *options, int option, const char *value)
{
	switch (option) {
	case 'c':
		options->cgroup = value;
		break;
	case 'i':
		options_add_interface(&options->settings, value);
		break;
	case 's':
		options_add_network(&options->exclusion.site, value);
		break;
	case 'x':
		options_add_network(&options->exclusion.excluded, value);
		break;
	case EVERY:
		options->every_ns = parse_every(value);
		break;
	case FLOWS:
		options->flows = parse_flows(value);
		break;
	case FOR:
		options->for_ns = parse_for(value);
		break;
	case COUNT:
		options->count = parse_count(value);
		break;
	case RING:
		options->ring_bytes = parse_ring(value);
		break;
	case L2:
		options->settings.counts_link = true;
		break;
	case HOOK:
		options->meter = parse_hook(value);
		break;
	case DETACH:
		options->detaching = parse_detach(value);
		break;
	case USER:
		options->user = value;
		break;
	case STRICT:
		options->is_strict = true;
		break;
	case 'q':
		options->is_quiet = true;
		break;
	case 'v':
		programs_be_verbose();
		break;
	case 'h':
		fputs(usage_text, stdout);
		exit(TM_DONE);
	case 'V':
		puts("tm-capture " TM_VERSION);
		exit(TM_DONE);
	default:
		errx(TM_MISUSED, "try: tm-capture --help");
	}
}

/* A cgroup holds sockets, an interface frames, some of no socket. */
static void check_scope(struct capture_options *options)
{
	if (options->meter == TM_HOOK_CGROUP_SKB)
		return;
	if (!options->settings.interface_count)
		errx(TM_MISUSED, "--hook: name the interface with -i");
	if (options->cgroup)
		errx(TM_MISUSED,
				"-c: what crosses an interface is of no "
				"cgroup; leave out -c, or --hook");
	options->settings.counts_link = true;
}

struct capture_options capture_options_parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "cgroup", required_argument, NULL, 'c' },
		{ "interface", required_argument, NULL, 'i' },
		{ "site", required_argument, NULL, 's' },
		{ "exclude", required_argument, NULL, 'x' },
		{ "every", required_argument, NULL, EVERY },
		{ "flows", required_argument, NULL, FLOWS },
		{ "for", required_argument, NULL, FOR },
		{ "count", required_argument, NULL, COUNT },
		{ "ring", required_argument, NULL, RING },
		{ "l2", no_argument, NULL, L2 },
		{ "hook", required_argument, NULL, HOOK },
		{ "detach", optional_argument, NULL, DETACH },
		{ "user", required_argument, NULL, USER },
		{ "strict", no_argument, NULL, STRICT },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct capture_options options = { .ring_bytes = RING_DEFAULT,
		.meter = TM_HOOK_CGROUP_SKB };
	int option;

	while ((option = getopt_long(
				argc, argv, "c:i:s:x:qvhV", longs, NULL)) != -1)
		capture_take_option(&options, option, optarg);
	if (optind < argc)
		errx(TM_MISUSED,
				"%s: takes no operands; a cgroup is named with -c",
				argv[optind]);
	if (options.flows && !options.every_ns)
		errx(TM_MISUSED, "--flows: goes with --every DURATION");
	if (options.every_ns && !options.flows)
		options.flows = FLOWS_DEFAULT;
	check_scope(&options);
	return options;
}
