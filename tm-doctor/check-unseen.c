#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "common/system/mounts.h"
#include "probe.h"

static struct finding *unseen_begin(struct findings *table, const char *name)
{
	return finding_add(table, name, FINDING_OK, "%s", "");
}

static void conclude(struct finding *row, const char *cost, const char *fix)
{
	if (!*row->found) {
		finding_append(row, "none");
		return;
	}
	row->state = FINDING_NOTE;
	finding_fix(row, cost, "%s", fix);
}

static void unseen_note(void *context, const char *name)
{
	finding_append(context, name);
}

static void check_rdma(struct findings *table)
{
	struct finding *const row = unseen_begin(table, "RDMA devices");

	probe_list("/sys/class/infiniband", unseen_note, row);
	conclude(row,
			"what moves by RDMA (MPI, Lustre and NFS over it) passes by "
			"the kernel and is not seen",
			"read /sys/class/infiniband/*/ports/*/counters/port_*_data "
			"beside it");
}

static bool unseen_is_remote(const char *type)
{
	static const char *const types[] = { "nfs", "nfs4", "lustre", "cifs",
		"smb3", "ceph", "afs", "9p", "beegfs", "gpfs", "pvfs2" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!strcmp(type, types[i]))
			return true;
	}
	return false;
}

/* Their sockets are the kernel's: seen, but whose file it is they don't say. */
static void check_mounts(struct findings *table)
{
	struct finding *const row = unseen_begin(table, "network file systems");
	struct tm_mounts mounts;
	struct tm_mount mount;
	char text[256];

	if (!tm_mounts_open(&mounts)) {
		while (tm_mounts_next(&mounts, &mount)) {
			if (!unseen_is_remote(mount.type))
				continue;
			snprintf(text, sizeof(text), "%.16s %.100s on %.100s",
					mount.type, mount.source, mount.point);
			finding_append(row, text);
		}
	}
	tm_mounts_close(&mounts);
	conclude(row,
			"the kernel reads and writes them by its own sockets: "
			"without an owner, not for who uses the files; over RDMA not seen",
			"count on the server, or by the client's own statistics "
			"(nfsiostat, llstat)");
}

static void note_network_disk(void *context, const char *name)
{
	char path[sizeof("/sys/class/nvme//transport") + NAME_MAX];
	char text[64];

	snprintf(path, sizeof(path), "/sys/class/nvme/%.*s/transport", NAME_MAX,
			name);
	if (!probe_read(path, text, sizeof(text)) && strcmp(text, "pcie"))
		finding_append(context, name);
}

static void note_block_device(void *context, const char *name)
{
	char path[sizeof("/sys/block//pid") + NAME_MAX];

	snprintf(path, sizeof(path), "/sys/block/%.*s/pid", NAME_MAX, name);
	if (!strncmp(name, "drbd", 4) || !strncmp(name, "rbd", 3) ||
			(!strncmp(name, "nbd", 3) && !access(path, F_OK)))
		finding_append(context, name);
}

static void check_disks(struct findings *table)
{
	struct finding *const row = unseen_begin(table, "network disks");

	probe_list("/sys/class/nvme", note_network_disk, row);
	probe_list("/sys/class/iscsi_session", unseen_note, row);
	probe_list("/sys/block", note_block_device, row);
	conclude(row,
			"the kernel reads and writes them by its own sockets: "
			"without an owner; over RDMA not seen",
			"count them as disks: iostat");
}

/* "th 8 ...": the threads of the kernel's own NFS server. */
static bool serves_nfs(void)
{
	FILE *const file = fopen("/proc/net/rpc/nfsd", "re");
	char line[256];
	unsigned threads = 0;

	while (file && fgets(line, sizeof(line), file) &&
			sscanf(line, "th %u", &threads) != 1)
		;
	if (file)
		fclose(file);
	return threads;
}

static void check_servers(struct findings *table)
{
	struct finding *const row =
			unseen_begin(table, "servers in the kernel");

	if (serves_nfs())
		finding_append(row, "nfsd");
	if (!access("/sys/class/ksmbd-control", F_OK))
		finding_append(row, "ksmbd");
	if (!access("/sys/kernel/config/target/iscsi", F_OK))
		finding_append(row, "iSCSI target");
	if (!access("/sys/kernel/config/nvmet", F_OK))
		finding_append(row, "NVMe target");
	conclude(row, "what they serve has no owner on this host",
			"by client: tm-report --by remote");
}

void check_unseen(struct doctor *doctor)
{
	doctor->table.group = "traffic that no user's socket carries";
	check_rdma(&doctor->table);
	check_mounts(&doctor->table);
	check_disks(&doctor->table);
	check_servers(&doctor->table);
}
