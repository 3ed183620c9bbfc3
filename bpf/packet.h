/* Reads the headers of a packet. */
#ifndef TM_BPF_PACKET_H
#define TM_BPF_PACKET_H

#include "bpf/kernel.h"
#include "common/record/event.h"

#include <linux/bpf.h>

#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define EXTENSION_HEADERS 8    /* RFC 8200 expects each at most once */
#define LOOPBACK_INTERFACE 1   /* in every network namespace */
#define FARTHEST_HEADER 0x7fff /* old verifiers allow no more */

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

/* For the verifier, each number fills a word: without CAP_PERFMON old ones
 * refuse to write half of one on the stack. */
struct packet {
	uint32_t source[4]; /* network order, IPv4 as v4-mapped */
	uint32_t destination[4];
	uint64_t source_port;
	uint64_t destination_port;
	uint64_t flags;
	uint64_t protocol;
	uint64_t tcp_flags;
	uint64_t is_ipv4;
	uint64_t is_jumbo;	  /* has an IPv6 jumbo payload header */
	uint64_t is_unfragmented; /* and stays so, or is a fragment already */
	uint64_t is_laid_out;	  /* its sender would cut it, evenly */
	uint64_t has_data;	  /* to be read: is not only TCP's headers */
	uint64_t start;		  /* of the IP header in the buffer */
	uint64_t header_bytes;	  /* IP and transport header */
	uint64_t network_bytes;	  /* of it, what each fragment repeats */
	uint64_t ifindex;
	uint64_t packets;
	uint64_t bytes;
	struct tm_amount segments; /* of these, those that the buffer had not */
	uint64_t span;		   /* as in the record: 0 of a single packet */
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

static __always_inline bool is_same_address(
		const uint32_t a[4], const uint32_t b[4])
{
	return a[3] == b[3] && a[2] == b[2] && a[1] == b[1] && a[0] == b[0];
}

/* Reads words of a header, a constant number: in place, which no program may
 * without CAP_PERFMON, or by a copy. */
static __always_inline bool read_words(struct __sk_buff *skb,
		const struct packet *packet, uint32_t at, uint32_t *to,
		uint32_t count)
{
	const void *end;
	const uint32_t *from;
	uint64_t offset;

	at += packet->start;
	if (!READS_KERNEL || at > FARTHEST_HEADER)
		return !bpf_skb_load_bytes(skb, at, to, count * sizeof(*to));
	offset = at;
	/* for the verifier: in the register that is used */
	asm volatile("%0 &= 0x7fff" : "+r"(offset));
	end = (void *)(long)skb->data_end;
	from = (void *)(long)skb->data + offset;
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

/* Reads the header after that of IP. Only the first fragment has one. */
static __always_inline void read_transport(
		struct __sk_buff *skb, struct packet *packet, uint32_t at)
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
	/* for the verifier, which wants a constant: one call for each size */
	if (size == 16 ? !read_words(skb, packet, at, words, 4)
		       : !read_words(skb, packet, at, words, 2))
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
		struct __sk_buff *skb, struct packet *packet)
{
	struct ipv4_header ip;

	if (!read_words(skb, packet, 0, (uint32_t *)&ip, sizeof(ip) / 4))
		return false;
	packet->is_ipv4 = true;
	packet->source[2] = packet->destination[2] = bpf_htonl(0xffff);
	packet->source[3] = ip.source;
	packet->destination[3] = ip.destination;
	packet->protocol = ip.protocol;
	if ((bpf_ntohl(ip.destination) >> 28) == 14)
		packet->flags |= TM_MULTICAST;
	packet->network_bytes = (ip.version_ihl & 15) * 4;
	packet->is_unfragmented = is_fragment_rest(ip.fragment) ||
			bpf_ntohs(ip.fragment) &
					(DONT_FRAGMENT | MORE_FRAGMENTS);
	if (is_fragment_rest(ip.fragment))
		packet->header_bytes = packet->network_bytes;
	else
		read_transport(skb, packet, packet->network_bytes);
	return true;
}

/* For the verifier: hides the value of a number, so that it follows one path
 * from here on instead of one for each value. That saves most of its work. */
#define FORGET(skb, number) FORGET_BY((skb)->len, number)

/* By a number that the verifier does not know. */
#define FORGET_BY(any, number)                                                 \
	do {                                                                   \
		uint64_t unknown = (any), hidden = (number);                   \
		asm volatile("%0 ^= %1\n\t%0 ^= %1"                            \
				: "+r"(hidden)                                 \
				: "r"(unknown));                               \
		(number) = hidden;                                             \
	} while (0)

/* Steps over the extension headers (RFC 8200, 4.1) to the transport's. */
static __always_inline uint32_t skip_extensions(
		struct __sk_buff *skb, struct packet *packet, bool *is_rest)
{
	uint32_t at = sizeof(struct ipv6_header), network_bytes = at;
	bool is_routed = false, is_laid_out = true, is_fragment = false;
	uint8_t header[4];

#pragma unroll
	for (int i = 0; i < EXTENSION_HEADERS; i++) {
		const uint8_t kind = packet->protocol;

		if (kind != HOP_BY_HOP && kind != ROUTING && kind != FRAGMENT &&
				kind != AUTHENTICATION &&
				kind != DESTINATION_OPTIONS)
			break;
		if (bpf_skb_load_bytes(skb, packet->start + at, header,
				    sizeof(header)))
			break;
		packet->protocol = header[0];
		if (kind == FRAGMENT) {
			at += 8;
			is_fragment = true;
			*is_rest = header[2] | (header[3] & 0xf8);
			if (*is_rest)
				break;
		} else if (kind == AUTHENTICATION) {
			at += (header[1] + 2) * 4;
		} else {
			at += (header[1] + 1) * 8;
			if (kind == DESTINATION_OPTIONS)
				is_laid_out = false;
			else if (kind == ROUTING)
				is_routed = true;
			/* as ip6_find_1stfragopt() has it */
			if (kind != DESTINATION_OPTIONS || !is_routed)
				network_bytes = at;
		}
		FORGET(skb, at);
		FORGET(skb, network_bytes);
		FORGET(skb, is_routed);
		FORGET(skb, is_laid_out);
		FORGET(skb, is_fragment);
	}
	FORGET(skb, *is_rest);
	packet->network_bytes = network_bytes;
	packet->is_laid_out = is_laid_out;
	packet->is_unfragmented = is_fragment;
	return at;
}

static __always_inline bool read_ipv6(
		struct __sk_buff *skb, struct packet *packet)
{
	struct ipv6_header ip;
	bool is_rest = false;
	uint32_t at;

	if (!read_words(skb, packet, 0, (uint32_t *)&ip, sizeof(ip) / 4))
		return false;
	__builtin_memcpy(packet->source, ip.source, 16);
	__builtin_memcpy(packet->destination, ip.destination, 16);
	packet->protocol = ip.next_header;
	packet->is_jumbo = !ip.payload_length && ip.next_header == HOP_BY_HOP;
	if ((ip.destination[0] & 0xff) == 0xff)
		packet->flags |= TM_MULTICAST;
	at = skip_extensions(skb, packet, &is_rest);
	FORGET(skb, at);
	if (is_rest)
		packet->header_bytes = at;
	else
		read_transport(skb, packet, at);
	return true;
}

/* For the verifier: from here on, what the headers said may be any number. */
static __always_inline void forget_headers(
		struct __sk_buff *skb, struct packet *packet)
{
	FORGET(skb, packet->flags);
	FORGET(skb, packet->protocol);
	FORGET(skb, packet->tcp_flags);
	FORGET(skb, packet->header_bytes);
	FORGET(skb, packet->network_bytes);
	FORGET(skb, packet->source_port);
	FORGET(skb, packet->destination_port);
	FORGET(skb, packet->is_ipv4);
	FORGET(skb, packet->is_jumbo);
	FORGET(skb, packet->is_unfragmented);
	FORGET(skb, packet->is_laid_out);
}

/* A host's packets to any of its own addresses pass the loopback. */
static __always_inline void read_interface(
		struct __sk_buff *skb, struct packet *packet)
{
	packet->ifindex = skb->ifindex;
	if (skb->ifindex == LOOPBACK_INTERFACE)
		packet->flags |= TM_LOOPBACK;
}

static __always_inline void read_packet(
		struct __sk_buff *skb, struct packet *packet)
{
	if (skb->protocol == bpf_htons(ETHERTYPE_IPV6))
		read_ipv6(skb, packet);
	else
		read_ipv4(skb, packet);
	read_interface(skb, packet);
	forget_headers(skb, packet);
}

#endif
