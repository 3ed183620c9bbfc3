#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "features.h"
#include "links.h"
#include "trial.h"

#define RING_BYTES (4 << 20) /* tm-capture's defaults */
#define FLOWS 65536

#define FIRST "5.8" /* that tm-capture runs on */
#define CGROUP_BPF "CONFIG_CGROUP_BPF=y"

#define SKB BPF_PROG_TYPE_CGROUP_SKB
#define OUT BPF_CGROUP_INET_EGRESS
#define CLS BPF_PROG_TYPE_SCHED_CLS
#define ALL true
#define STORAGE 107	   /* bpf_sk_storage_get; numbers of bpf_func_id */
#define SOCK_FROM_FILE 162 /* of 5.11, so not in every header */
#define BLIND                                                                  \
	"the owner is the user of the socket as its own user namespace sees "  \
	"it, without a process; events carry the flag unsure"
#define PUSH 87	 /* bpf_map_push_elem */
#define POP 88	 /* bpf_map_pop_elem */
#define READ 113 /* bpf_probe_read_kernel */
#define TASK 35	 /* bpf_get_current_task */
#define NO_RECEIVER                                                            \
	"--hook tc: what comes in has no owner, and not told from what is "    \
	"forwarded"

/* What tm-capture uses, and how it is tried. */
struct feature {
	const char *name;
	int (*try)(const struct feature *feature, const struct lab *lab);
	uint32_t type, attach_type;
	uint32_t id; /* of a helper */
	bool is_needed;
	const char *cost;
	const char *since; /* the first kernel that has it, NULL = any */
	const char *with;  /* what that one has to be built with, or NULL */
	const char *fix;   /* unless a kernel is, NULL = it is */
};

/* A try that works as far as it could go. */
#define UNTRIED LINKS_UNTRIED

static int finish(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int call(const struct feature *feature, const struct lab *lab)
{
	(void)lab;
	return trial_helper(
			feature->type, feature->attach_type, 0, feature->id);
}

/* Attached, with the helper that it is there for. */
static int attach(const struct feature *feature, const struct lab *lab)
{
	int result = UNTRIED, program, error;

	if (feature->id && call(feature, lab))
		return -1;
	program = trial_load(feature->type, feature->attach_type);
	if (program < 0)
		return -1;
	if (lab->cgroup >= 0)
		result = trial_attach(
				program, lab->cgroup, feature->attach_type);
	error = errno;
	close(program);
	errno = error;
	return result;
}

/* A program at what the kernel's BTF has by that name, and the helper that it
 * is there for. */
static int hook(const struct feature *feature, const struct lab *lab,
		uint32_t attach_type, uint32_t kind, const char *prefix)
{
	const char *const name = strchr(feature->name, '/') + 1;
	const uint32_t id = btf_find(lab->btf, kind, prefix, name);

	errno = ENOENT;
	if (!id || finish(trial_load_traced(attach_type, id)))
		return -1;
	return feature->id ? trial_helper(BPF_PROG_TYPE_TRACING, attach_type,
					     id, feature->id)
			   : 0;
}

static int trace(const struct feature *feature, const struct lab *lab)
{
	return hook(feature, lab, BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF,
			"btf_trace_");
}

static int iterate(const struct feature *feature, const struct lab *lab)
{
	return hook(feature, lab, BPF_TRACE_ITER, BTF_KIND_FUNC, "bpf_iter_");
}

static int link_to_interface(
		const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return links_try_tcx();
}

static int add_to_interface(
		const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return links_try_clsact();
}

static int make_ring(const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return finish(trial_map(BPF_MAP_TYPE_RINGBUF, 0, 0, RING_BYTES, 0));
}

static int make_hash(const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return finish(trial_map(BPF_MAP_TYPE_HASH, 8, 16, 32768, 0));
}

static int make_trie(const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return finish(trial_map(
			BPF_MAP_TYPE_LPM_TRIE, 20, 4, 16, BPF_F_NO_PREALLOC));
}

static int make_storage(const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return finish(trial_socket_storage());
}

static int map_memory(int protection)
{
	const size_t size = sysconf(_SC_PAGESIZE);
	const int map = trial_map(
			BPF_MAP_TYPE_ARRAY, 4, size, 1, BPF_F_MMAPABLE);
	void *memory;

	if (map < 0)
		return -1;
	memory = mmap(NULL, size, protection, MAP_SHARED, map, 0);
	close(map);
	return memory == MAP_FAILED ? -1 : munmap(memory, size);
}

static int map_array(const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	return map_memory(PROT_READ);
}

/* The slots, whose turn it is to take one, and what is found by its ends. */
static int make_flows(const struct feature *feature, const struct lab *lab)
{
	(void)feature;
	(void)lab;
	if (map_memory(PROT_READ | PROT_WRITE) ||
			finish(trial_map(BPF_MAP_TYPE_QUEUE, 0, 4, 1, 0)) ||
			trial_helper(SKB, OUT, 0, PUSH) ||
			trial_helper(SKB, OUT, 0, POP))
		return -1;
	return finish(trial_map(BPF_MAP_TYPE_LRU_HASH, 56, 8, FLOWS, 0));
}

static const struct feature features[] = {
	{ "cgroup_skb/ingress", attach, SKB, BPF_CGROUP_INET_INGRESS, 0, ALL,
			"nothing that comes in is seen", FIRST, CGROUP_BPF,
			NULL },
	{ "cgroup_skb/egress", attach, SKB, OUT, 0, ALL,
			"nothing that goes out is seen", FIRST, CGROUP_BPF,
			NULL },
	{ "ring buffer", make_ring, 0, 0, 0, ALL,
			"events do not reach tm-capture", FIRST, NULL, NULL },
	{ "mapped counters", map_array, 0, 0, 0, ALL,
			"what was seen and lost is not counted", FIRST, NULL,
			NULL },
	{ "hash", make_hash, 0, 0, 0, ALL,
			"what was lost is not counted by user", FIRST, NULL,
			NULL },
	{ "socket storage", make_storage, 0, 0, 0, ALL,
			"no owner can be kept with a socket", FIRST, NULL,
			NULL },
	{ "bpf_ringbuf_reserve", call, SKB, OUT, 131, ALL,
			"events do not reach tm-capture", FIRST, NULL, NULL },
	{ "bpf_ktime_get_boot_ns", call, SKB, OUT, 125, ALL,
			"events have no time", FIRST, NULL, NULL },
	{ "bpf_get_socket_uid", call, SKB, OUT, 47, ALL,
			"a socket's user is not known", FIRST, NULL, NULL },
	{ "bpf_skb_cgroup_id", call, SKB, OUT, 79, ALL,
			"a socket's cgroup is not known", FIRST,
			"CONFIG_SOCK_CGROUP_DATA=y", NULL },
	{ "bpf_sk_fullsock", call, SKB, OUT, 95, ALL,
			"a socket's user is not known", FIRST, NULL, NULL },
	{ "bpf_sk_storage_get", call, SKB, OUT, STORAGE, ALL,
			"no owner can be kept with a socket", FIRST, NULL,
			NULL },
	{ "bpf_probe_read_kernel", call, SKB, OUT, READ, false, BLIND, NULL,
			NULL, "boot without lockdown=confidentiality" },
	{ "bpf_get_current_task", call, SKB, OUT, TASK, false, BLIND, FIRST,
			NULL, NULL },
	{ "cgroup/sock_create", attach, BPF_PROG_TYPE_CGROUP_SOCK,
			BPF_CGROUP_INET_SOCK_CREATE, STORAGE, false,
			"a socket that only receives is its user's, without a "
			"process, until its first I/O",
			"5.9", "CONFIG_CGROUP_BPF=y", NULL },
	{ "tp_btf/sock_recv_length", trace, 0, 0, STORAGE, false,
			"what a process only receives may stay with who had its "
			"socket before; for TCP tcp_rcv_space_adjust stands in",
			"6.3", NULL, NULL },
	{ "tp_btf/tcp_rcv_space_adjust", trace, 0, 0, STORAGE, false,
			"where sock_recv_length is missing too, what a process only "
			"receives may stay with who had its socket before",
			"5.11", NULL, NULL },
	{ "iter/task_file", iterate, 0, 0, SOCK_FROM_FILE, false,
			"sockets older than the capture are their user's, without a "
			"process, until their first I/O",
			"5.11", NULL, NULL },
	{ "flow table", make_flows, 0, 0, 0, false,
			"--every: each packet is an event instead of a part of a sum",
			FIRST, NULL, NULL },
	{ "longest prefix match", make_trie, 0, 0, 0, ALL,
			"the lists of -s and -x have no place", FIRST, NULL,
			NULL },
	{ "tcx", link_to_interface, 0, 0, 0, false,
			"--hook tc: filters of clsact stand in, which a second process "
			"removes at the end",
			"6.6", NULL, NULL },
	{ "clsact", add_to_interface, 0, 0, 0, false,
			"--hook tc: before 6.6 no program is on an interface",
			NULL,
			"CONFIG_NET_SCH_INGRESS=y and CONFIG_NET_CLS_BPF=y",
			NULL },
	{ "bpf_sk_lookup_tcp", call, CLS, 0, 84, false, NO_RECEIVER, FIRST,
			NULL, NULL },
	{ "bpf_sk_lookup_udp", call, CLS, 0, 85, false, NO_RECEIVER, FIRST,
			NULL, NULL },
	{ "bpf_fib_lookup", call, CLS, 0, 69, false, NO_RECEIVER, FIRST, NULL,
			NULL },
	{ "bpf_get_listener_sock", call, CLS, 0, 98, false,
			"--hook tc: cannot be loaded", FIRST, NULL, NULL },
};

static bool is_forbidden(int error)
{
	return error == EPERM || error == EACCES;
}

/* Without CAP_PERFMON the kernel has no helpers that read its memory, and
 * takes no tracing programs. */
static bool takes_perfmon(const struct feature *feature, int error)
{
	if (feature->id == READ || feature->id == TASK)
		return error == ENOTSUP;
	return (feature->try == trace || feature->try == iterate) &&
			is_forbidden(error);
}

static const char *reason(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "refused by this kernel: not permitted";
	case ENOENT:
		return "not in this kernel";
	case ENOMEM:
		return "not enough memory";
	case ENOTSUP:
		return "not for such a program, in this kernel";
	default:
		return strerror(error);
	}
}

/* Whether the kernel that runs is of that version or newer. It is not asked for
 * what it can, only for what not to advise. */
static bool is_newer(const char *since)
{
	struct utsname system;
	unsigned runs[2], first[2];

	return uname(&system) == 0 &&
			sscanf(system.release, "%u.%u", &runs[0], &runs[1]) ==
			2 &&
			sscanf(since, "%u.%u", &first[0], &first[1]) == 2 &&
			(runs[0] != first[0] ? runs[0] > first[0]
					     : runs[1] >= first[1]);
}

static void advise(
		struct finding *row, const struct feature *feature, int error)
{
	const char *const with = feature->with ? feature->with : "";
	const char *const and_with = feature->with ? " with " : "";

	if (feature->fix)
		finding_fix(row, feature->cost, "%s", feature->fix);
	else if (is_forbidden(error))
		finding_fix(row, feature->cost,
				"permit it: this kernel refuses it even with the rights "
				"above (a security module, or how it was built)");
	else if (!feature->since)
		finding_fix(row, feature->cost, "a kernel with %s", with);
	else if (!is_newer(feature->since))
		finding_fix(row, feature->cost, "a kernel of %s or newer%s%s",
				feature->since, and_with, with);
	else
		finding_fix(row, feature->cost,
				"a kernel built with %s: this one is new enough, but "
				"was built without",
				feature->with ? feature->with : "it");
}

/* Before 5.11 maps are locked memory, and the lack of it is EPERM too. */
static bool lacks_locked_memory(const struct findings *table)
{
	const struct finding *const row = finding_find(table, "locked memory");

	return row && row->state == FINDING_MISSING;
}

static void check_feature(struct doctor *doctor, const struct lab *lab,
		const struct feature *feature)
{
	struct findings *const table = &doctor->table;
	const int result = feature->try(feature, lab);
	const int error = errno;
	struct finding *row;

	if (!result)
		row = finding_add(table, feature->name, FINDING_OK, "works");
	else if (result == UNTRIED && !feature->type)
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"takes CAP_SYS_ADMIN to be tried where nothing is "
				"metered");
	else if (result == UNTRIED)
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"loads; no cgroup to attach it to: %s",
				lab->error ? strerror(lab->error) : "no tree");
	else if (is_forbidden(error) && !doctor->has_rights)
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"needs the rights above to be tried");
	else if (!doctor->has_perfmon && takes_perfmon(feature, error))
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"needs CAP_PERFMON to be tried");
	else if (error == EMFILE || error == ENFILE)
		row = finding_add(table, feature->name, FINDING_UNKNOWN, "%s",
				strerror(error));
	else if (error == EPERM && lacks_locked_memory(table))
		row = finding_add(table, feature->name, FINDING_UNKNOWN,
				"needs more locked memory, see above");
	else {
		row = finding_add(table, feature->name, FINDING_MISSING, "%s",
				reason(error));
		advise(row, feature, error);
	}
	row->is_needed = feature->is_needed;
}

void features_try(struct doctor *doctor, const struct lab *lab)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		check_feature(doctor, lab, &features[i]);
}
