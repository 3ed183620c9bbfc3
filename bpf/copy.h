/* Packets of which several sockets receive a copy each: multicast, broadcast,
 * and what raw sockets take besides the socket that the packet is for. */
#ifndef TM_BPF_COPY_H
#define TM_BPF_COPY_H

#include "bpf/capture.h"
#include "bpf/kernel.h"
#include "bpf/packet.h"

#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* The last packet that this CPU delivered. A packet goes to all its sockets
 * before the CPU takes the next one, and its copies share their data. */
struct delivery {
	uint64_t data;
	uint64_t first; /* the socket that received it first */
	uint32_t bytes;
	uint32_t ports;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct delivery);
} deliveries SEC(".maps");

/* Freed memory is reused at once: data at the same address for the same socket
 * is another packet. */
static __always_inline bool is_delivered(struct __sk_buff *skb,
		struct bpf_sock *socket, const struct packet *packet)
{
	const uint32_t slot = 0;
	struct delivery *const last = bpf_map_lookup_elem(&deliveries, &slot);
	const struct delivery now = {
		.data = (uint64_t)BPF_CORE_READ(kernel_buffer(skb), head),
		.first = (uint64_t)kernel_sock(socket),
		.bytes = skb->len,
		.ports = (uint32_t)packet->source_port << 16 |
				packet->destination_port,
	};

	if (!last)
		return false;
	if (last->data == now.data && last->bytes == now.bytes &&
			last->ports == now.ports && last->first != now.first)
		return true;
	*last = now;
	return false;
}

/* Whether the packet is counted elsewhere, for another socket, or never crossed
 * the interface: a host that sends to a group receives its own packets. */
static __always_inline bool is_copy(struct __sk_buff *skb,
		struct bpf_sock *socket, const struct packet *packet,
		bool is_raw)
{
	const bool has_ports = packet->destination_port;

	if (skb->pkt_type == PACKET_LOOPBACK)
		return true;
	if (is_raw && has_ports)
		return true;
	if (!settings.knows_buffer || packet->protocol == TCP)
		return false;
	if (has_ports && skb->pkt_type == PACKET_HOST &&
			!(packet->flags & TM_MULTICAST))
		return false;
	return is_delivered(skb, socket, packet);
}

#endif
