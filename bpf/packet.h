/* What the headers of a packet say. */
#ifndef TM_BPF_PACKET_H
#define TM_BPF_PACKET_H

#include "common/event.h"

#include <linux/bpf.h>

#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define EXTENSION_HEADERS 8    /* RFC 8200 expects each at most once */
#define FARTHEST_HEADER 0x7fff /* more is beyond a verifier of old */

enum {
	HOP_BY_HOP = 0,
	TCP = 6,
	UDP = 17,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION_OPTIONS = 60,
	UDP_LITE = 136,
	SCTP = 132,
	DCCP = 33,
};

struct packet {
	uint32_t source[4]; /* network order, IPv4 as v4-mapped */
	uint32_t destination[4];
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t flags;
	uint8_t protocol;
	uint8_t tcp_flags;
	bool is_ipv4;
	bool is_jumbo;		/* has an IPv6 jumbo payload header */
	bool is_unfragmented;	/* and will be, or is a fragment already */
	bool is_laid_out;	/* in fragments, by who made it */
	bool has_data;		/* behind the transport header */
	uint32_t start;		/* of the IP header in the buffer */
	uint32_t header_bytes;	/* IP and transport header */
	uint32_t network_bytes; /* of it, what each fragment repeats */
	uint32_t ifindex;
	uint32_t packets;
	uint64_t bytes;
	struct tm_amount segments; /* of these, more than were in the buffer */
	uint16_t span;		   /* as in the record: 0 of a single packet */
};

struct ipv4_header {
	uint8_t version_ihl, tos;
	uint16_t total_length, id, fragment;
	uint8_t ttl, protocol;
	uint16_t checksum;
	uint32_t source, destination;
};

struct ipv6_header {
	uint32_t version_class_flow;
	uint16_t payload_length;
	uint8_t next_header, hop_limit;
	uint32_t source[4], destination[4];
};

#define DONT_FRAGMENT 0x4000
#define MORE_FRAGMENTS 0x2000

struct transport_header {
	uint16_t source_port, destination_port;
	uint32_t sequence, acknowledgement;
	uint8_t data_offset, flags;
	uint8_t rest[2];
};

/* Reads words of a header, a constant number: directly where they lie, which no
 * program may without CAP_PERFMON, or by a copy. */
static __always_inline bool read_words(struct __sk_buff *skb,
	const struct packet *packet, uint32_t at, uint32_t *to, uint32_t count,
	bool direct)
{
	const void *end;
	const uint32_t *from;

	at += packet->start;
	if (!direct || at > FARTHEST_HEADER)
		return !bpf_skb_load_bytes(skb, at, to, count * sizeof(*to));
	end = (void *)(long)skb->data_end;
	from = (void *)(long)skb->data + at;
	if ((const void *)(from + count) > end)
		return !bpf_skb_load_bytes(skb, at, to, count * sizeof(*to));
	for (uint32_t i = 0; i < count; i++)
		to[i] = from[i];
	return true;
}

static __always_inline bool is_fragment_rest(uint16_t fragment)
{
	return bpf_ntohs(fragment) & 0x1fff;
}

/* Behind the IP header, unless this is not the first fragment. */
static __always_inline void read_transport(
	struct __sk_buff *skb, struct packet *packet, uint32_t at, bool direct)
{
	struct transport_header header = {};
	uint32_t *const words = (uint32_t *)&header;
	uint32_t size = packet->protocol == TCP ? 16 : 8;

	packet->header_bytes = at;
	switch (packet->protocol) {
	case TCP:
	case UDP:
	case UDP_LITE:
	case SCTP:
	case DCCP:
		break;
	default:
		return;
	}
	/* the sizes apart: the verifier wants a constant */
	if (size == 16 ? !read_words(skb, packet, at, words, 4, direct)
		       : !read_words(skb, packet, at, words, 2, direct))
		return;
	packet->source_port = bpf_ntohs(header.source_port);
	packet->destination_port = bpf_ntohs(header.destination_port);
	if (packet->protocol == TCP) {
		packet->tcp_flags = header.flags;
		packet->header_bytes += (header.data_offset >> 4) * 4;
	} else {
		packet->header_bytes += 8;
	}
}

static __always_inline bool read_ipv4(
	struct __sk_buff *skb, struct packet *packet, bool direct)
{
	struct ipv4_header ip;

	if (!read_words(
		    skb, packet, 0, (uint32_t *)&ip, sizeof(ip) / 4, direct))
		return false;
	packet->is_ipv4 = true;
	packet->source[2] = packet->destination[2] = bpf_htonl(0xffff);
	packet->source[3] = ip.source;
	packet->destination[3] = ip.destination;
	packet->protocol = ip.protocol;
	if ((bpf_ntohl(ip.source) >> 24) == 127)
		packet->flags |= TM_LOOPBACK;
	if ((bpf_ntohl(ip.destination) >> 28) == 14)
		packet->flags |= TM_MULTICAST;
	packet->network_bytes = (ip.version_ihl & 15) * 4;
	packet->is_unfragmented =
		is_fragment_rest(ip.fragment) ||
		bpf_ntohs(ip.fragment) & (DONT_FRAGMENT | MORE_FRAGMENTS);
	if (is_fragment_rest(ip.fragment))
		packet->header_bytes = packet->network_bytes;
	else
		read_transport(skb, packet, packet->network_bytes, direct);
	return true;
}

static __always_inline bool is_ipv6_loopback(const uint32_t address[4])
{
	return !(address[0] | address[1] | address[2]) &&
	       address[3] == bpf_htonl(1);
}

/* Where the extension headers end, and what they say, as one number: all that a
 * global function may return. */
#define EXTENSIONS_AT(found) ((uint32_t)(found)&0x7fff)
#define EXTENSIONS_NETWORK(found) ((uint32_t)((found) >> 16) & 0x7fff)
#define EXTENSIONS_PROTOCOL(found) ((uint8_t)((found) >> 32))
#define EXTENSIONS_REST (1ull << 40)	 /* of a datagram: not its first part */
#define EXTENSIONS_FRAGMENT (1ull << 41) /* of a datagram, any */
#define EXTENSIONS_OPTIONS (1ull << 42)	 /* for the destination */

/* Steps over the extension headers (RFC 8200, 4.1) to the transport's. Global,
 * so that the verifier looks at it once and not with each path that leads here:
 * that was most of its work. */
__attribute__((noinline)) uint64_t skip_extensions(
	struct __sk_buff *skb, uint32_t start, uint32_t protocol)
{
	uint32_t at = sizeof(struct ipv6_header), network_bytes = at;
	uint64_t flags = 0;
	bool is_routed = false;
	uint8_t header[4];

#pragma unroll
	for (int i = 0; i < EXTENSION_HEADERS; i++) {
		const uint8_t kind = protocol;

		if (kind != HOP_BY_HOP && kind != ROUTING && kind != FRAGMENT &&
			kind != AUTHENTICATION && kind != DESTINATION_OPTIONS)
			break;
		if (bpf_skb_load_bytes(skb, start + at, header, sizeof(header)))
			break;
		protocol = header[0];
		if (kind == FRAGMENT) {
			at += 8;
			flags |= EXTENSIONS_FRAGMENT;
			if (header[2] | (header[3] & 0xf8)) {
				flags |= EXTENSIONS_REST;
				break;
			}
		} else if (kind == AUTHENTICATION) {
			at += (header[1] + 2) * 4;
		} else {
			at += (header[1] + 1) * 8;
			if (kind == DESTINATION_OPTIONS)
				flags |= EXTENSIONS_OPTIONS;
			else if (kind == ROUTING)
				is_routed = true;
			/* as ip6_find_1stfragopt() has it */
			if (kind != DESTINATION_OPTIONS || !is_routed)
				network_bytes = at;
		}
	}
	return flags | (uint64_t)(uint8_t)protocol << 32 |
	       (uint64_t)network_bytes << 16 | at;
}

static __always_inline bool read_ipv6(
	struct __sk_buff *skb, struct packet *packet, bool direct)
{
	struct ipv6_header ip;
	uint64_t found;

	if (!read_words(
		    skb, packet, 0, (uint32_t *)&ip, sizeof(ip) / 4, direct))
		return false;
	__builtin_memcpy(packet->source, ip.source, 16);
	__builtin_memcpy(packet->destination, ip.destination, 16);
	packet->is_jumbo = !ip.payload_length && ip.next_header == HOP_BY_HOP;
	if (is_ipv6_loopback(ip.source))
		packet->flags |= TM_LOOPBACK;
	if ((ip.destination[0] & 0xff) == 0xff)
		packet->flags |= TM_MULTICAST;
	found = skip_extensions(skb, packet->start, ip.next_header);
	packet->protocol = EXTENSIONS_PROTOCOL(found);
	packet->network_bytes = EXTENSIONS_NETWORK(found);
	packet->is_laid_out = !(found & EXTENSIONS_OPTIONS);
	packet->is_unfragmented = (found & EXTENSIONS_FRAGMENT) != 0;
	if (found & EXTENSIONS_REST)
		packet->header_bytes = EXTENSIONS_AT(found);
	else
		read_transport(skb, packet, EXTENSIONS_AT(found), direct);
	return true;
}

static __always_inline void read_packet(
	struct __sk_buff *skb, struct packet *packet, bool direct)
{
	if (skb->protocol == bpf_htons(ETHERTYPE_IPV6))
		read_ipv6(skb, packet, direct);
	else
		read_ipv4(skb, packet, direct);
	packet->ifindex = skb->ifindex;
}

#endif
