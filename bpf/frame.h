/* Frames as they cross an interface: their headers, their length on its link,
 * and whether they are for this host. */
#ifndef TM_BPF_FRAME_H
#define TM_BPF_FRAME_H

#include "bpf/exclude.h"
#include "bpf/kernel.h"
#include "bpf/packet.h"
#include "bpf/wire.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10

#define PACKET_HOST 0
#define PACKET_OTHERHOST 3

#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define ETHERNET_HEADER 14
#define IPV6_HEADER 40
#define LEAST_FRAME 60
#define VLAN_TAG 4
#define TAGS 2	   /* in the buffer; the outermost is in the metadata */
#define NOT_IP 255 /* reserved by IANA */

static __always_inline bool is_tag(uint16_t type)
{
	return type == bpf_htons(ETHERTYPE_VLAN) ||
			type == bpf_htons(ETHERTYPE_QINQ);
}

/* The kernel counts a header's place from the head of the buffer; programs,
 * from its data. */
static __always_inline uint32_t offset_of(
		struct sk_buff *buffer, uint16_t header)
{
	return header -
			(BPF_CORE_READ(buffer, data) -
					BPF_CORE_READ(buffer, head));
}

/* Devices such as tunnels have no link header. Where the buffer cannot be read,
 * the type in its Ethernet header tells whether there is one. */
static __always_inline uint32_t link_bytes(struct __sk_buff *skb)
{
	struct sk_buff *buffer;
	uint16_t type = 0;

	if (reads_buffer()) {
		buffer = kernel_buffer(skb);
		return offset_of(buffer, BPF_CORE_READ(buffer, network_header));
	}
	bpf_skb_load_bytes(skb, ETHERNET_HEADER - 2, &type, sizeof(type));
	return type == skb->protocol ? ETHERNET_HEADER : 0;
}

static __always_inline void read_frame(
		struct __sk_buff *skb, struct packet *packet)
{
	uint16_t type = skb->protocol, tag[2];

	packet->flags = TM_LINK_LAYER;
	read_interface(skb, packet);
	packet->protocol = NOT_IP;
	packet->start = is_tag(type) ? ETHERNET_HEADER : link_bytes(skb);
#pragma unroll
	for (int i = 0; i < TAGS; i++) {
		if (!is_tag(type) ||
				bpf_skb_load_bytes(skb, packet->start, tag,
						sizeof(tag)))
			break;
		packet->start += sizeof(tag);
		type = tag[1];
		FORGET(skb, packet->start);
	}
	FORGET(skb, packet->start);
	if (type == bpf_htons(ETHERTYPE_IPV4))
		read_ipv4(skb, packet);
	else if (type == bpf_htons(ETHERTYPE_IPV6))
		read_ipv6(skb, packet);
	forget_headers(skb, packet);
}

/* The headers that each segment of a tunnelled packet repeats, from the link
 * header to the inner transport header; 0 if there is no tunnel. */
static __always_inline uint32_t tunnel_bytes(struct __sk_buff *skb)
{
	struct sk_buff *const buffer = kernel_buffer(skb);
	uint8_t ip[10] = {}, offset = 0;
	uint32_t transport;

	if (!BPF_CORE_READ_BITFIELD_PROBED(buffer, encapsulation))
		return 0;
	bpf_skb_load_bytes(skb,
			offset_of(buffer,
					BPF_CORE_READ(buffer,
							inner_network_header)),
			ip, sizeof(ip));
	transport = offset_of(
			buffer, BPF_CORE_READ(buffer, inner_transport_header));
	if ((ip[0] >> 4 == 4 ? ip[9] : ip[6]) != TCP)
		return transport + 8;
	bpf_skb_load_bytes(skb, transport + 12, &offset, sizeof(offset));
	return transport + (offset >> 4) * 4;
}

/* Ethernet pads short frames: the length of their packet is in its header. */
static __always_inline bool has_data(
		struct __sk_buff *skb, const struct packet *packet)
{
	uint16_t length = 0;

	if (packet->protocol != TCP)
		return true;
	if (skb->len > LEAST_FRAME)
		return skb->len > packet->start + packet->header_bytes;
	bpf_skb_load_bytes(skb, packet->start + (packet->is_ipv4 ? 2 : 4),
			&length, sizeof(length));
	return bpf_ntohs(length) + (packet->is_ipv4 ? 0 : IPV6_HEADER) >
			packet->header_bytes;
}

/* Here fragments are cut already, and not joined yet: only segments are left to
 * count. The outermost VLAN tag is on the link but not in the buffer; a
 * loopback has a header in the buffer that its counters leave out. */
static __always_inline void count_frame(
		struct __sk_buff *skb, struct packet *packet)
{
	uint32_t inside = 0;

	packet->packets = 1;
	packet->bytes = skb->len;
	packet->has_data = has_data(skb, packet);
	FORGET(skb, packet->has_data);
	if (skb->gso_size) {
		if (reads_buffer())
			inside = tunnel_bytes(skb);
		FORGET(skb, inside);
		packet->header_bytes = inside
				? inside
				: packet->header_bytes + packet->start;
		count_segments(skb, packet);
	}
	FORGET(skb, packet->packets);
	FORGET(skb, packet->bytes);
	FORGET(skb, packet->flags);
	FORGET(skb, packet->segments.packets);
	FORGET(skb, packet->segments.bytes);
	if (skb->vlan_present)
		packet->bytes += (uint64_t)packet->packets * VLAN_TAG;
	if (skb->ifindex == LOOPBACK_INTERFACE)
		packet->bytes -= (uint64_t)packet->packets * ETHERNET_HEADER;
}

/* A frame to another station, for a bridge or for nobody, or a packet that this
 * host routes on. */
static __always_inline bool is_for_others(
		struct __sk_buff *skb, const struct packet *packet)
{
	struct bpf_fib_lookup route = {};

	if (skb->pkt_type == PACKET_OTHERHOST)
		return true;
	if (skb->pkt_type != PACKET_HOST || packet->protocol == NOT_IP ||
			packet->flags & TM_MULTICAST)
		return false;
	route.ifindex = skb->ifindex;
	route.l4_protocol = packet->protocol;
	if (packet->is_ipv4) {
		route.family = FAMILY_IPV4;
		route.ipv4_src = packet->source[3];
		route.ipv4_dst = packet->destination[3];
	} else {
		route.family = FAMILY_IPV6;
		__builtin_memcpy(route.ipv6_src, packet->source, 16);
		__builtin_memcpy(route.ipv6_dst, packet->destination, 16);
	}
	switch (bpf_fib_lookup(skb, &route, sizeof(route), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return true;
	}
	return false;
}

/* A frame has no verdict to remember: those of a socket are for its own
 * packets. */
static __always_inline bool is_frame_excluded(const struct packet *packet)
{
	const uint32_t zero = 0;
	const struct lists *const in_use = bpf_map_lookup_elem(&lists, &zero);

	return in_use && packet->protocol != NOT_IP &&
			is_listed(packet, in_use);
}

#endif
