#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "common/system/mounts.h"
#include "probe.h"
#include "trial.h"

struct mounted {
	char *tree; /* the first cgroup2 mount, which tm-capture uses */
	size_t size;
	char netns[64]; /* the namespace whose ip-netns(8) mounted /sys anew, ""
			   = none */
};

/* "ip netns exec NAME" names its /sys so, and what was below is gone. */
static void note_sys(struct mounted *mounted, const struct tm_mount *mount)
{
	char path[sizeof("/run/netns/") + sizeof(mounted->netns)];

	if (strcmp(mount->type, "sysfs") || strcmp(mount->point, "/sys") ||
			strlen(mount->source) >= sizeof(mounted->netns) ||
			!probe_name_is_plain(mount->source))
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", mount->source);
	if (!access(path, F_OK))
		memcpy(mounted->netns, mount->source,
				strlen(mount->source) + 1);
}

static void cgroups_look(struct mounted *mounted)
{
	struct tm_mounts mounts;
	struct tm_mount mount;

	if (tm_mounts_open(&mounts))
		return;
	while (tm_mounts_next(&mounts, &mount)) {
		if (!*mounted->tree && !strcmp(mount.type, "cgroup2") &&
				strlen(mount.point) < mounted->size)
			memcpy(mounted->tree, mount.point,
					strlen(mount.point) + 1);
		note_sys(mounted, &mount);
	}
	tm_mounts_close(&mounts);
}

static void check_tree(struct doctor *doctor)
{
	struct mounted mounted = { .tree = doctor->tree,
		.size = sizeof(doctor->tree) };
	struct finding *row;

	cgroups_look(&mounted);
	row = finding_add(&doctor->table, "cgroup2 tree",
			*doctor->tree ? FINDING_OK : FINDING_MISSING, "%s",
			*doctor->tree ? doctor->tree : "not mounted here");
	row->is_needed = true;
	if (*doctor->tree)
		return;
	if (*mounted.netns)
		finding_fix(row,
				"ip netns exec hides what is to be attached to",
				"nsenter --net=/run/netns/%s tm-capture",
				mounted.netns);
	else
		finding_fix(row, "there is nothing to attach to",
				"mount -t cgroup2 none /mnt");
}

/* Every cgroup except the real root has the file. */
static bool is_part(int root)
{
	return !faccessat(root, "cgroup.type", F_OK, 0);
}

static void check_root(struct doctor *doctor)
{
	static const char name[] = "cgroup root";
	struct findings *const table = &doctor->table;
	struct finding *row;

	doctor->root = open(doctor->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (doctor->root < 0) {
		row = finding_add(table, name, FINDING_MISSING, "%s",
				strerror(errno));
		finding_fix(row, "there is nothing to attach to", "%s",
				"run tm-capture as root, or name a cgroup with -c");
	} else if (is_part(doctor->root)) {
		row = finding_add(table, name, FINDING_NOTE,
				"only part of the "
				"host's tree%s",
				probe_namespace_is_initial("cgroup")
						? " is mounted"
						: ": this is a cgroup namespace");
		finding_fix(row,
				"the sockets of all other cgroups of this host are "
				"not seen",
				"run it on the host, or start the container with "
				"--cgroupns=host");
	} else {
		row = finding_add(table, name, FINDING_OK, "the whole host's");
	}
	row->is_needed = true;
}

/* A program that is attached exclusively keeps out all others. */
static void check_sharing(struct doctor *doctor)
{
	static const uint32_t types[] = { BPF_CGROUP_INET_INGRESS,
		BPF_CGROUP_INET_EGRESS };
	static const char name[] = "room at the root";
	struct attached attached;
	struct finding *row;

	for (size_t i = 0; i < 2; i++) {
		if (trial_query(doctor->root, types[i], &attached)) {
			finding_add(&doctor->table, name, FINDING_UNKNOWN, "%s",
					strerror(errno));
			return;
		}
		if (!attached.count || attached.flags & BPF_F_ALLOW_MULTI)
			continue;
		row = finding_add(&doctor->table, name, FINDING_MISSING,
				"program %u is attached so that no other may be",
				attached.ids[0]);
		row->is_needed = true;
		finding_fix(row, "tm-capture cannot attach beside it",
				"bpftool cgroup detach %s %s id %u",
				probe_name_is_plain(doctor->tree) ? doctor->tree
								  : "CGROUP",
				i ? "egress" : "ingress", attached.ids[0]);
		return;
	}
	finding_add(&doctor->table, name, FINDING_OK, "others can be attached");
}

void check_cgroups(struct doctor *doctor)
{
	doctor->table.group = "cgroups";
	doctor->root = -1;
	check_tree(doctor);
	if (*doctor->tree)
		check_root(doctor);
	if (doctor->root >= 0)
		check_sharing(doctor);
}
