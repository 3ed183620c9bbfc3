#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "common/system/netlink.h"
#include "probe.h"

/* The engine's name, or NULL where nothing tells of one. */
static const char *engine(char *name, size_t size)
{
	if (!access("/run/.containerenv", F_OK))
		return "podman";
	if (!access("/.dockerenv", F_OK))
		return "docker";
	if (!probe_read("/run/systemd/container", name, size) && *name)
		return name;
	if (!probe_namespace_is_initial("pid"))
		return "a process namespace of its own";
	return NULL;
}

static void check_container(struct findings *table)
{
	char name[64];
	const char *const inside = engine(name, sizeof(name));

	if (!inside)
		finding_add(table, "container", FINDING_OK, "none");
	else if (probe_namespace_is_initial("pid"))
		finding_add(table, "container", FINDING_OK,
				"%s, which shares the host's processes",
				inside);
	else
		finding_fix(finding_add(table, "container", FINDING_NOTE, "%s",
					    inside),
				"user names are the container's, and only its own "
				"processes are looked through for older sockets",
				"run it on the host, or with --pid=host "
				"--cgroupns=host");
}

struct found {
	struct finding *row;
	char first[IF_NAMESIZE]; /* the interface to name instead */
};

static void note_member(void *context, const struct tm_link *link)
{
	struct found *const found = context;
	char master[IF_NAMESIZE], text[2 * IF_NAMESIZE + sizeof(" in ")];

	if (!link->master || !if_indextoname(link->master, master))
		return;
	snprintf(text, sizeof(text), "%s in %s", link->name, master);
	finding_append(found->row, text);
	if (!*found->first)
		memcpy(found->first, master, sizeof(found->first));
}

/* Calls note for each interface. /sys/class/net may be of another network
 * namespace than this process. False where the row says none, or why. */
static bool look_at_links(struct finding *row,
		void note(void *context, const struct tm_link *link),
		void *context)
{
	if (tm_netlink_links(note, context)) {
		row->state = FINDING_UNKNOWN;
		finding_append(row, strerror(errno));
		return false;
	}
	if (!*row->found) {
		finding_append(row, "none");
		return false;
	}
	row->state = FINDING_NOTE;
	return true;
}

/* The packets of sockets are on the bond: its members see link frames. */
static void check_members(struct findings *table)
{
	struct found found = { .row = finding_add(table, "bond, bridge, team",
					       FINDING_OK, "%s", "") };

	if (!look_at_links(found.row, note_member, &found))
		return;
	finding_fix(found.row,
			"-i with a member's name sees no socket's packets: they are "
			"on the interface that it belongs to",
			"tm-capture -i %s",
			probe_name_is_plain(found.first) ? found.first
							 : "NAME");
}

/* The module of a kind may add an interface of its own to every namespace,
 * which is no tunnel until it is up. */
static void note_tunnel(void *context, const struct tm_link *link)
{
	static const struct {
		const char *kind, *own;
	} tunnels[] = { { "wireguard", "" }, { "vxlan", "" }, { "geneve", "" },
		{ "bareudp", "" }, { "gre", "gre0" }, { "gretap", "gretap0" },
		{ "erspan", "erspan0" }, { "ipip", "tunl0" }, { "sit", "sit0" },
		{ "ip6tnl", "ip6tnl0" }, { "ip6gre", "ip6gre0" },
		{ "ip6gretap", "" }, { "ip6erspan", "" } };

	for (size_t i = 0; i < sizeof(tunnels) / sizeof(*tunnels); i++) {
		if (!strcmp(link->kind, tunnels[i].kind) &&
				(link->is_up ||
						strcmp(link->name,
								tunnels[i].own)))
			finding_append(context, link->name);
	}
}

static void check_tunnels(struct findings *table)
{
	struct finding *const row =
			finding_add(table, "tunnels", FINDING_OK, "%s", "");

	if (!look_at_links(row, note_tunnel, row))
		return;
	finding_fix(row,
			"a packet is its user's inside the tunnel; around it the "
			"kernel's own socket carries it again, without an owner",
			"tm-filter 'not user none', or tm-capture -i INTERFACE");
}

void check_machine(struct doctor *doctor)
{
	doctor->table.group = "machine";
	check_container(&doctor->table);
	check_members(&doctor->table);
	check_tunnels(&doctor->table);
}
