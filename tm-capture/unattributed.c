#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common/base/index.h"
#include "common/record/amount.h"
#include "common/system/netlink.h"
#include "unattributed.h"

#define ETHERNET_HEADER 14
#define VLAN_TAG 4

/* The beginnings are taken at two looks, those of the counters last, so that
 * what passes between is not too much. */
enum stage { NEW, BEGUN, KNOWN };

/* What an interface did not count of segments: a device that cuts buffers
 * itself counts one packet, one that gets them cut counts each. Which it does
 * is not known, and changes with its settings, its queue and its peer; so what
 * it counted less than sockets moved is taken for this, as far as it can be. */
struct left_out {
	struct tm_amount all;
	struct tm_amount recent; /* it may be counted later, after a queue */
	struct tm_amount counted, moved, segments; /* at the last look */
};

struct interface {
	uint32_t ifindex;
	uint32_t link_bytes; /* of the header before each packet */
	enum stage stage;
	uint64_t walk; /* the last one that found it */
	struct tm_link now;
	struct tm_amount first[2];	 /* its counters at the beginning */
	struct tm_amount moved_first[2]; /* and those of the sockets */
	struct tm_amount found[2];
	struct left_out left_out[2];
	struct tm_amount told[2]; /* of what was found */
};

struct unattributed {
	int carriers_fd;
	int cpus;
	const struct settings *settings;
	const struct interfaces *metered;
	struct carrier *carriers; /* of one interface, for each CPU */
	uint64_t walk;		  /* counted from 1 */
	uint64_t homeless;	  /* packets of NO_CARRIER */
	struct tm_index index;	  /* ifindex to interface */
	struct interface *interfaces;
	uint32_t *present; /* numbers of those of the last walk */
	uint32_t present_count;
	uint32_t room;
};

/* Interfaces that are not crossed: ifb has the packets of another one again,
 * which a tc action redirects there; the others show what is being captured. */
static bool is_detour(const struct tm_link *link)
{
	return !strcmp(link->kind, "ifb") || !strcmp(link->kind, "nlmon") ||
			!strcmp(link->kind, "vsockmon");
}

static struct interface *unattributed_remember(
		struct unattributed *all, const struct tm_link *link)
{
	const uint32_t count = all->index.count;
	const uint32_t number = tm_index_add(&all->index, link->ifindex);
	struct interface *interface;

	if (number == TM_INDEX_NONE)
		return NULL;
	interface = &all->interfaces[number];
	if (number < count && !strcmp(interface->now.name, link->name))
		return interface;
	memset(interface, 0, sizeof(*interface));
	interface->ifindex = link->ifindex;
	if (link->type == ARPHRD_ETHER && !all->settings->counts_link)
		interface->link_bytes = ETHERNET_HEADER;
	return interface;
}

static bool unattributed_make_room(struct unattributed *all)
{
	const uint32_t room = all->room ? all->room * 2 : 16;
	void *more;

	if (all->index.count < all->room && all->present_count < all->room)
		return true;
	more = realloc(all->interfaces, room * sizeof(*all->interfaces));
	if (!more)
		return false;
	all->interfaces = more;
	more = realloc(all->present, room * sizeof(*all->present));
	if (!more)
		return false;
	all->present = more;
	all->room = room;
	return true;
}

static void unattributed_on_link(void *context, const struct tm_link *link)
{
	struct unattributed *const all = context;
	struct interface *interface;

	if (!unattributed_make_room(all))
		return;
	interface = unattributed_remember(all, link);
	if (!interface)
		return;
	interface->now = *link;
	interface->walk = all->walk;
	all->present[all->present_count++] = interface - all->interfaces;
}

static bool is_vlan(const struct tm_link *link)
{
	return !strcmp(link->kind, "vlan");
}

/* Virtual interfaces that have an address of their own on this one's link, so
 * that their traffic passes here too. */
static bool is_upper(const struct tm_link *link, uint32_t lower)
{
	return link->lower == lower &&
			(is_vlan(link) || !strcmp(link->kind, "macvlan") ||
					!strcmp(link->kind, "macvtap") ||
					!strcmp(link->kind, "ipvlan"));
}

/* What the interface's counters have, without what is the upper ones'. */
static struct tm_amount interface_count(const struct unattributed *all,
		const struct interface *interface, enum tm_direction direction)
{
	const struct tm_link *const now = &interface->now;
	struct tm_amount sum = { now->packets[direction],
		now->bytes[direction] };

	for (uint32_t i = 0; i < all->present_count; i++) {
		const struct tm_link *const upper =
				&all->interfaces[all->present[i]].now;

		if (!is_upper(upper, interface->ifindex))
			continue;
		sum.packets -= upper->packets[direction];
		sum.bytes -= upper->bytes[direction];
		if (is_vlan(upper))
			sum.bytes -= VLAN_TAG * upper->packets[direction];
	}
	sum.bytes -= sum.packets * interface->link_bytes;
	return sum;
}

/* What sockets moved over an interface, or NO_CARRIER. */
static void carrier_read(const struct unattributed *all, uint32_t ifindex,
		struct carrier *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (bpf_map_lookup_elem(all->carriers_fd, &ifindex, all->carriers))
		return;
	for (int cpu = 0; cpu < all->cpus; cpu++) {
		for (int i = TM_IN; i <= TM_OUT; i++) {
			tm_amount_add(&sum->moved[i],
					&all->carriers[cpu].moved[i]);
			tm_amount_add(&sum->segments[i],
					&all->carriers[cpu].segments[i]);
		}
	}
}

#define RECENT_LOOKS 16

static void left_out_follow(
		uint64_t *all, uint64_t *recent, int64_t fewer, uint64_t cut)
{
	uint64_t part;

	if (fewer >= 0) {
		part = (uint64_t)fewer < cut ? (uint64_t)fewer : cut;
		*all += part;
		*recent += part;
	} else {
		part = (uint64_t)-fewer < *recent ? (uint64_t)-fewer : *recent;
		*all -= part;
		*recent -= part;
	}
	*recent -= *recent / RECENT_LOOKS;
}

static void interface_follow(struct left_out *out,
		const struct tm_amount *counted, const struct tm_amount *moved,
		const struct tm_amount *segments)
{
	left_out_follow(&out->all.packets, &out->recent.packets,
			(moved->packets - out->moved.packets) -
					(counted->packets -
							out->counted.packets),
			segments->packets - out->segments.packets);
	left_out_follow(&out->all.bytes, &out->recent.bytes,
			(moved->bytes - out->moved.bytes) -
					(counted->bytes - out->counted.bytes),
			segments->bytes - out->segments.bytes);
	out->counted = *counted;
	out->moved = *moved;
	out->segments = *segments;
}

/* What sockets moved, as the interface counts. */
static void interface_moved(const struct unattributed *all,
		struct interface *interface, struct tm_amount moved[2])
{
	struct carrier carrier;

	carrier_read(all, interface->ifindex, &carrier);
	for (int i = TM_IN; i <= TM_OUT; i++) {
		const struct tm_amount counted =
				interface_count(all, interface, i);
		struct left_out *const out = &interface->left_out[i];

		if (interface->stage == NEW)
			*out = (struct left_out){ .counted = counted,
				.moved = carrier.moved[i],
				.segments = carrier.segments[i] };
		else
			interface_follow(out, &counted, &carrier.moved[i],
					&carrier.segments[i]);
		moved[i] = tm_amount_difference(&carrier.moved[i], &out->all);
	}
}

/* An interface that is gone gives up its place, because hosts of containers
 * create new ones all day. If it comes back, it starts from zero. */
static void carrier_give_up(struct unattributed *all, uint32_t ifindex)
{
	const uint32_t number = tm_index_find(&all->index, ifindex);
	struct interface *const interface = number == TM_INDEX_NONE
			? NULL
			: &all->interfaces[number];

	if (ifindex == NO_CARRIER ||
			(interface && interface->walk == all->walk))
		return;
	bpf_map_delete_elem(all->carriers_fd, &ifindex);
	if (interface)
		interface->stage = NEW;
}

static void carriers_make_place(struct unattributed *all)
{
	uint32_t ifindex, next;
	int end = bpf_map_get_next_key(all->carriers_fd, NULL, &next);

	while (!end) {
		ifindex = next;
		end = bpf_map_get_next_key(all->carriers_fd, &ifindex, &next);
		carrier_give_up(all, ifindex);
	}
}

/* Packets that were counted for no interface may belong to any, so all start
 * from zero. */
static void restart_if_full(struct unattributed *all)
{
	struct carrier none;
	uint64_t packets;

	carrier_read(all, NO_CARRIER, &none);
	packets = none.moved[TM_IN].packets + none.moved[TM_OUT].packets;
	for (uint32_t i = 0; packets != all->homeless && i < all->index.count;
			i++)
		all->interfaces[i].stage = NEW;
	all->homeless = packets;
}

static uint64_t more_than(uint64_t found, int64_t now)
{
	return now > 0 && (uint64_t)now > found ? (uint64_t)now : found;
}

/* False if the counters were reset. */
static bool interface_compare(const struct unattributed *all,
		struct interface *interface, enum tm_direction direction,
		const struct tm_amount *moved)
{
	const struct tm_amount now = interface_count(all, interface, direction);
	const struct tm_amount *const first = &interface->first[direction];
	const struct tm_amount *const moved_first =
			&interface->moved_first[direction];
	struct tm_amount *const found = &interface->found[direction];

	if ((int64_t)(now.packets - first->packets) < 0)
		return false;
	found->packets = more_than(found->packets,
			(now.packets - first->packets) -
					(moved->packets -
							moved_first->packets));
	found->bytes = more_than(found->bytes,
			(now.bytes - first->bytes) -
					(moved->bytes - moved_first->bytes));
	return true;
}

static void interface_look(const struct unattributed *all,
		struct interface *interface, const struct tm_amount moved[2])
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		switch (interface->stage) {
		case NEW:
			interface->moved_first[i] = moved[i];
			break;
		case BEGUN:
			interface->first[i] =
					interface_count(all, interface, i);
			interface->found[i] = (struct tm_amount){ 0 };
			interface->told[i] = (struct tm_amount){ 0 };
			break;
		case KNOWN:
			if (interface_compare(all, interface, i, &moved[i]))
				break;
			interface->stage = NEW;
			return;
		}
	}
	if (interface->stage != KNOWN)
		interface->stage++;
}

int unattributed_look(struct unattributed *all)
{
	struct tm_amount moved[2];

	all->present_count = 0;
	all->walk++;
	if (tm_netlink_links(unattributed_on_link, all))
		return -1;
	carriers_make_place(all);
	restart_if_full(all);
	for (uint32_t i = 0; i < all->present_count; i++) {
		struct interface *const interface =
				&all->interfaces[all->present[i]];

		if (interface->now.master || is_detour(&interface->now) ||
				!interfaces_have(all->metered,
						interface->ifindex))
			continue;
		interface_moved(all, interface, moved);
		interface_look(all, interface, moved);
	}
	return 0;
}

void unattributed_take(struct unattributed *all,
		void found(void *context, uint32_t ifindex,
				enum tm_direction direction,
				const struct tm_amount *amount),
		void *context)
{
	for (uint32_t i = 0; i < all->present_count; i++) {
		struct interface *const interface =
				&all->interfaces[all->present[i]];

		for (int out = TM_IN; out <= TM_OUT; out++) {
			const struct tm_amount *const all_found =
					&interface->found[out];
			struct tm_amount *const told = &interface->told[out];
			const struct tm_amount more =
					tm_amount_difference(all_found, told);

			/* bytes without a packet pad short frames */
			if (!more.packets)
				continue;
			found(context, interface->ifindex, out, &more);
			*told = *all_found;
		}
	}
}

struct unattributed *unattributed_new(int carriers_fd,
		const struct settings *settings,
		const struct interfaces *interfaces)
{
	struct unattributed *const all = calloc(1, sizeof(*all));
	const uint32_t none = NO_CARRIER;

	if (!all)
		return NULL;
	all->carriers_fd = carriers_fd;
	all->settings = settings;
	all->metered = interfaces;
	all->cpus = libbpf_num_possible_cpus();
	if (all->cpus > 0)
		all->carriers = calloc(all->cpus, sizeof(*all->carriers));
	if (!all->carriers) {
		free(all);
		return NULL;
	}
	bpf_map_update_elem(carriers_fd, &none, all->carriers, BPF_NOEXIST);
	unattributed_look(all);
	unattributed_look(all);
	return all;
}
