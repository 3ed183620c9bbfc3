#include <string.h>
#include <sys/mman.h>

#include "common/system/netlink.h"
#include "interfaces.h"

bool interfaces_have(const struct interfaces *interfaces, uint32_t ifindex)
{
	for (uint32_t i = 0; i < interfaces->count; i++) {
		if (interfaces->all[i].ifindex == ifindex)
			return true;
	}
	return !interfaces->count;
}

bool interfaces_find_bridge(
		const struct named_interface *interface, char *bridge)
{
	struct tm_link port, master;

	if (tm_netlink_link(NULL, interface->ifindex, &port) || !port.master ||
			tm_netlink_link(NULL, port.master, &master) ||
			strcmp(master.kind, "bridge") != 0)
		return false;
	memcpy(bridge, master.name, sizeof(master.name));
	return true;
}

static void interface_meter(
		struct interfaces *interfaces, uint32_t i, uint32_t ifindex)
{
	interfaces->all[i].ifindex = ifindex;
	__atomic_store_n(&interfaces->scope->ifindexes[i], ifindex,
			__ATOMIC_RELEASE);
}

int interfaces_watch(struct interfaces *interfaces, int scope_fd)
{
	struct scope *const scope = mmap(NULL, sizeof(*scope),
			PROT_READ | PROT_WRITE, MAP_SHARED, scope_fd, 0);

	if (scope == MAP_FAILED)
		return -1;
	interfaces->scope = scope;
	for (uint32_t i = 0; i < interfaces->count; i++)
		interface_meter(interfaces, i, interfaces->all[i].ifindex);
	interfaces->changes = tm_netlink_watch();
	return interfaces->changes < 0 ? -1 : 0;
}

static void interfaces_on_removed(void *context, uint32_t ifindex)
{
	struct interfaces *const interfaces = context;

	for (uint32_t i = 0; i < interfaces->count; i++) {
		if (interfaces->all[i].ifindex == ifindex)
			interface_meter(interfaces, i, 0);
	}
}

/* If changes were lost, a number may belong to another interface by now. */
static void interfaces_check(struct interfaces *interfaces)
{
	struct tm_link link;

	for (uint32_t i = 0; i < interfaces->count; i++) {
		if (tm_netlink_link(interfaces->all[i].name, 0, &link) ||
				link.ifindex != interfaces->all[i].ifindex)
			interface_meter(interfaces, i, 0);
	}
}

void interfaces_follow(struct interfaces *interfaces,
		void gone(const char *name),
		void back(const char *name, uint32_t ifindex))
{
	struct interfaces before = *interfaces;
	struct tm_link link;
	bool is_complete;

	if (!tm_netlink_changes(interfaces->changes, &is_complete,
			    interfaces_on_removed, interfaces))
		return;
	if (!is_complete)
		interfaces_check(interfaces);
	for (uint32_t i = 0; i < interfaces->count; i++) {
		const struct named_interface *const at = &interfaces->all[i];

		if (at->ifindex)
			continue;
		if (!tm_netlink_link(at->name, 0, &link) &&
				!interfaces_have(interfaces, link.ifindex)) {
			interface_meter(interfaces, i, link.ifindex);
			back(at->name, link.ifindex);
		} else if (before.all[i].ifindex) {
			gone(at->name);
		}
	}
}
