/* What a packet is on the wire: programs see buffers before they are cut into
 * segments or fragments, and after they were joined from them. */
#ifndef TM_BPF_WIRE_H
#define TM_BPF_WIRE_H

#include "bpf/capture.h"
#include "bpf/kernel.h"
#include "bpf/packet.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define IFF_LOOPBACK 8
#define RTAX_MTU 2
#define DST_POINTER ~3ul /* the low bits of a pointer are flags */
#define FRAGMENT_HEADER 8
#define JUMBO_HEADER 8
#define LEAST_MTU_IPV6 1280
#define LEAST_JOINED                                                           \
	576 /* RFC 791: every host accepts as much unfragmented                \
	     */

static __always_inline bool reads_buffer(void)
{
	return READS_KERNEL && settings.knows_buffer;
}

/* The MTU that path discovery found, 0 if none or expired. */
static __always_inline uint32_t learned_mtu(struct rtable *route)
{
	if (!bpf_core_field_exists(route->rt_pmtu) ||
			(int64_t)(BPF_CORE_READ(route, dst.expires) -
					bpf_jiffies64()) < 0)
		return 0;
	return BPF_CORE_READ_BITFIELD_PROBED(route, rt_pmtu);
}

static __always_inline uint32_t mtu_of(struct __sk_buff *skb, uint32_t is_ipv6)
{
	struct sk_buff *buffer;
	const uint32_t *metrics;
	struct rtable *route;
	uint32_t mtu = 0;

	if (!settings.knows_buffer)
		return 0;
	buffer = kernel_buffer(skb);
	route = (void *)(BPF_CORE_READ(buffer, _skb_refdst) & DST_POINTER);
	if (!is_ipv6)
		mtu = learned_mtu(route);
	if (mtu)
		return mtu;
	metrics = (void *)(BPF_CORE_READ(route, dst._metrics) & DST_POINTER);
	bpf_probe_read_kernel(&mtu, sizeof(mtu), &metrics[RTAX_MTU - 1]);
	if (mtu)
		return mtu;
	if (is_ipv6) /* a router's announcement can lower it */
		return BPF_CORE_READ(
				(struct rt6_info *)route, rt6i_idev, cnf.mtu6);
	return BPF_CORE_READ(buffer, dev, mtu);
}

/* The size of a packet's largest fragment, as reassembly notes it; 0 if it came
 * in one piece. */
static __always_inline uint32_t largest_fragment(
		struct __sk_buff *skb, uint32_t is_ipv6)
{
	struct sk_buff *buffer;
	void *notes;

	if (!settings.knows_buffer)
		return 0;
	buffer = kernel_buffer(skb);
	notes = (void *)buffer + bpf_core_field_offset(buffer->cb);
	return is_ipv6 ? BPF_CORE_READ((struct inet6_skb_parm *)notes,
					 frag_max_size)
		       : BPF_CORE_READ((struct inet_skb_parm *)notes,
					 frag_max_size);
}

/* Counts the fragments of a packet, the largest of which has that size. All but
 * the last carry a multiple of eight bytes; the last may fill its whole size.
 */
static __always_inline void count_fragments(
		struct packet *packet, uint32_t size, bool is_ipv6)
{
	const uint32_t repeated =
			packet->network_bytes + (is_ipv6 ? FRAGMENT_HEADER : 0);
	const uint32_t data = packet->bytes - packet->network_bytes;
	uint32_t last, each;

	if (size < repeated + 8)
		return;
	last = size - repeated;
	each = last & ~7u;
	/* Linux cuts its own IPv6 datagrams with an even last one too */
	if (packet->is_laid_out)
		last = each;
	packet->packets = 1;
	if (data > last)
		packet->packets += (data - last + each - 1) / each;
	packet->bytes = data + (uint64_t)packet->packets * repeated;
	packet->flags |= TM_FRAGMENT;
}

/* Linux sends an IPv4 packet that forbids fragments only where it fits. IPv6
 * has no such flag, but TCP segments are made to fit. */
static __always_inline void count_cut(
		struct __sk_buff *skb, struct packet *packet, bool is_ipv6)
{
	uint32_t mtu;

	if (packet->is_unfragmented || (is_ipv6 && skb->len <= LEAST_MTU_IPV6))
		return;
	mtu = mtu_of(skb, is_ipv6);
	if (mtu && skb->len > mtu)
		count_fragments(packet, mtu, is_ipv6);
}

/* A TCP segment that forbids fragments came in one piece. A datagram that does
 * may have come in fragments: some hosts send such. */
static __always_inline void count_joined(
		struct __sk_buff *skb, struct packet *packet, bool is_ipv6)
{
	uint32_t size;

	if (skb->len <= LEAST_JOINED ||
			(packet->protocol == TCP && packet->is_unfragmented))
		return;
	size = largest_fragment(skb, is_ipv6);
	packet->is_laid_out = false;
	if (size)
		count_fragments(packet, size, is_ipv6);
}

static __always_inline void count_segments(
		struct __sk_buff *skb, struct packet *packet)
{
	uint32_t h = packet->header_bytes;
	uint32_t data;

	/* the kernel adds it for itself; it is not on the wire */
	if (packet->is_jumbo) {
		packet->bytes -= JUMBO_HEADER;
		h -= JUMBO_HEADER;
	}
	data = packet->bytes - h;
	if (packet->bytes <= h || data <= skb->gso_size)
		return;
	packet->packets = (data + skb->gso_size - 1) / skb->gso_size;
	packet->bytes += (uint64_t)(packet->packets - 1) * h;
	packet->flags |= TM_OFFLOAD;
	packet->segments.packets = packet->packets - 1;
	packet->segments.bytes = packet->bytes - skb->len;
}

/* Adds the link header, as the interface's counters do; those of a loopback do
 * not. */
static __always_inline void count_link(
		struct __sk_buff *skb, struct packet *packet)
{
	struct net_device *const device =
			BPF_CORE_READ(kernel_buffer(skb), dev);

	packet->flags |= TM_LINK_LAYER;
	if (!(BPF_CORE_READ(device, flags) & IFF_LOOPBACK))
		packet->bytes += (uint64_t)packet->packets *
				BPF_CORE_READ(device, hard_header_len);
}

static __always_inline void count_wire(struct __sk_buff *skb,
		enum tm_direction direction, struct packet *packet)
{
	const bool is_ipv6 = skb->protocol == bpf_htons(ETHERTYPE_IPV6);

	packet->packets = 1;
	packet->bytes = skb->len;
	packet->has_data = packet->protocol != TCP ||
			skb->len > packet->header_bytes;
	if (skb->gso_size)
		count_segments(skb, packet);
	else if (reads_buffer() && direction == TM_OUT)
		count_cut(skb, packet, is_ipv6);
	else if (reads_buffer())
		count_joined(skb, packet, is_ipv6);
	if (reads_buffer() && settings.counts_link)
		count_link(skb, packet);
}

#endif
