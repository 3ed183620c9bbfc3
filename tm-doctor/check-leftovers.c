#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "common/capture/features.h"
#include "common/system/netlink.h"
#include "probe.h"
#include "trial.h"

#define LEFTOVERS 32 /* more are only counted */

struct search {
	struct findings *table;
	unsigned left; /* programs that stay when their process ends */
	unsigned held; /* programs that a link holds, and systemd's */
	int error;     /* why something could not be asked */
	const char *tree;
	const char *interface;
};

static const char cost[] = "it stays when its meter has ended, and costs each "
			   "packet time; tm-capture counts all the same";

static const char cost_of_ours[] = "none while its tm-capture runs; else each "
				   "packet costs time";

static struct finding *leftovers_add(struct search *search, uint32_t id,
		const char *kind, const char *where)
{
	char name[BPF_OBJ_NAME_LEN];

	trial_program_name(id, name);
	if (search->left++ >= LEFTOVERS)
		return NULL;
	return finding_add(search->table, "program without a link",
			FINDING_NOTE, "%s (id %u), %s of %s",
			*name ? name : "a program", id, kind, where);
}

/* systemd attaches its own without links, and looks after them. */
static bool is_looked_after(struct search *search, uint32_t id)
{
	char name[BPF_OBJ_NAME_LEN];
	const int is_linked = trial_is_linked(id);

	if (is_linked < 0) {
		/* a meter that ended meanwhile is nothing to tell of */
		if (errno != ENOENT)
			search->error = errno;
		return true;
	}
	trial_program_name(id, name);
	if (!is_linked && strncmp(name, "sd_", 3))
		return false;
	search->held++;
	return true;
}

/* A hook of a cgroup, by the name that bpftool gives it. */
static void look_at_hook(struct search *search, int cgroup, const char *path,
		uint32_t type, const char *name)
{
	struct attached attached;
	struct finding *row;

	if (trial_query(cgroup, type, &attached))
		search->error = errno;
	for (uint32_t i = 0; i < attached.count; i++) {
		const uint32_t id = attached.ids[i];

		if (is_looked_after(search, id))
			continue;
		row = leftovers_add(search, id, name, path);
		if (row)
			finding_fix(row, cost,
					"bpftool cgroup detach %s %s id %u",
					probe_name_is_plain(path) ? path
								  : "CGROUP",
					name, id);
	}
}

static void look_at_cgroup(struct search *search, const char *path)
{
	const int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (cgroup < 0)
		return;
	look_at_hook(search, cgroup, path, BPF_CGROUP_INET_INGRESS, "ingress");
	look_at_hook(search, cgroup, path, BPF_CGROUP_INET_EGRESS, "egress");
	look_at_hook(search, cgroup, path, BPF_CGROUP_INET_SOCK_CREATE,
			"sock_create");
	close(cgroup);
}

static void look_at_tree(struct search *search)
{
	char tree[sizeof(((struct doctor *)0)->tree)];
	char *const paths[] = { tree, NULL };
	FTS *walk;
	FTSENT *entry;

	snprintf(tree, sizeof(tree), "%s", search->tree);
	walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_D)
			look_at_cgroup(search, entry->fts_path);
	}
	if (walk)
		fts_close(walk);
}

static const char *dev(const struct search *search)
{
	return probe_name_is_plain(search->interface) ? search->interface : "NAME";
}

static void on_filter(void *context, const struct tm_tc_filter *filter)
{
	struct search *const search = context;
	const char *const direction = filter->is_in ? "ingress" : "egress";
	char kind[32];
	struct finding *row;

	if (!filter->program)
		return;
	snprintf(kind, sizeof(kind), "tc %s", direction);
	row = leftovers_add(search, filter->program, kind, search->interface);
	if (row &&
			!strncmp(filter->name, TM_TC_PREFIX,
					sizeof(TM_TC_PREFIX) - 1))
		finding_fix(row, cost_of_ours, "tm-capture --detach -i %s",
				dev(search));
	else if (row)
		finding_fix(row, cost,
				"tc filter del dev %s %s pref %u handle 0x%x bpf",
				dev(search), direction, filter->preference,
				filter->handle);
}

/* Before 6.6 there is no tcx to ask for. */
static void look_at_tcx(struct search *search, uint32_t ifindex, bool is_in)
{
	struct attached attached;
	struct finding *row;

	if (trial_query(ifindex, is_in ? TM_TCX_INGRESS : TM_TCX_EGRESS,
			    &attached))
		return;
	for (uint32_t i = 0; i < attached.count; i++) {
		if (is_looked_after(search, attached.ids[i]))
			continue;
		row = leftovers_add(search, attached.ids[i], "tcx",
				search->interface);
		if (row)
			finding_fix(row, cost,
					"bpftool net detach tcx_%s dev "
					"%s",
					is_in ? "ingress" : "egress",
					dev(search));
	}
}

static void look_at_xdp(struct search *search, uint32_t ifindex)
{
	const uint32_t id = tm_netlink_xdp(ifindex);
	struct finding *row;

	if (!id || is_looked_after(search, id))
		return;
	row = leftovers_add(search, id, "xdp", search->interface);
	if (row)
		finding_fix(row, cost, "ip link set dev %s xdp off",
				dev(search));
}

static void look_at_interface(struct search *search, uint32_t ifindex)
{
	tm_netlink_filters(ifindex, on_filter, search);
	look_at_tcx(search, ifindex, true);
	look_at_tcx(search, ifindex, false);
	look_at_xdp(search, ifindex);
}

static void look_at_interfaces(struct search *search)
{
	struct if_nameindex *const all = if_nameindex();

	for (size_t i = 0; all && all[i].if_index; i++) {
		search->interface = all[i].if_name;
		look_at_interface(search, all[i].if_index);
	}
	if (all)
		if_freenameindex(all);
}

void check_leftovers(struct doctor *doctor)
{
	static const char name[] = "left-over programs";
	struct findings *const table = &doctor->table;
	struct search search = { .table = table, .tree = doctor->tree };

	table->group = "programs of others";
	if (*doctor->tree)
		look_at_tree(&search);
	look_at_interfaces(&search);
	if (search.left > LEFTOVERS)
		finding_add(table, name, FINDING_NOTE, "%u more",
				search.left - LEFTOVERS);
	else if (search.error)
		finding_add(table, name, FINDING_UNKNOWN, "%s",
				strerror(search.error));
	else if (!search.left)
		finding_add(table, name, FINDING_OK, "none");
	if (search.held)
		finding_add(table, "held programs", FINDING_OK,
				"%u, which end with who holds them",
				search.held);
}
