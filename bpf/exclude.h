/* Which packets are excluded: those with both ends in the site's networks, and
 * those with either end in an excluded network. */
#ifndef TM_BPF_EXCLUDE_H
#define TM_BPF_EXCLUDE_H

#include "bpf/capture.h"
#include "bpf/kernel.h"
#include "bpf/packet.h"
#include "bpf/socket.h"

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ESTABLISHED 1
#define TRACKED_POINTER ~7ul /* the low bits say how */
#define SYN_SENT 2

struct network_trie {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, LISTED_NETWORKS);
	__type(key, struct listed_network);
	__type(value, uint8_t);
};

struct network_trie site SEC(".maps");
struct network_trie excluded SEC(".maps");

/* Verdicts of another generation of the lists are void. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct lists);
} lists SEC(".maps");

static __always_inline bool has_network(
		void *trie, const uint32_t address[4], bool is_ipv4)
{
	/* for the verifier, in whole words: without CAP_PERFMON old ones refuse
	 * to write half of one on the stack */
	union {
		struct listed_network key;
		uint64_t words[3];
	} sought;

	sought.words[0] = LISTED_NETWORK_BITS |
			(is_ipv4 ? (uint64_t)4 : (uint64_t)6) << 32;
	sought.words[1] = address[0] | (uint64_t)address[1] << 32;
	sought.words[2] = address[2] | (uint64_t)address[3] << 32;
	return bpf_map_lookup_elem(trie, &sought.key);
}

static __always_inline bool are_listed(const uint32_t one[4],
		const uint32_t other[4], bool is_ipv4,
		const struct lists *in_use)
{
	if (in_use->has_site && has_network(&site, one, is_ipv4) &&
			has_network(&site, other, is_ipv4))
		return true;
	return in_use->has_excluded &&
			(has_network(&excluded, one, is_ipv4) ||
					has_network(&excluded, other, is_ipv4));
}

static __always_inline bool is_listed(
		const struct packet *packet, const struct lists *in_use)
{
	return are_listed(packet->source, packet->destination, packet->is_ipv4,
			in_use);
}

/* The ends of a connection as its socket knows them. Address translation gives
 * outgoing packets others. */
struct ends {
	uint32_t local[4];
	uint32_t remote[4];
};

static __always_inline void read_socket_ends(struct ends *ends,
		const struct bpf_sock *connected, bool is_ipv4)
{
	/* volatile for the verifier: each field is read where it stands */
	const volatile struct bpf_sock *const socket = connected;
	const uint32_t source = socket->src_ip4, destination = socket->dst_ip4;
	const uint32_t sources[4] = { socket->src_ip6[0], socket->src_ip6[1],
		socket->src_ip6[2], socket->src_ip6[3] };
	const uint32_t destinations[4] = { socket->dst_ip6[0],
		socket->dst_ip6[1], socket->dst_ip6[2], socket->dst_ip6[3] };

	__builtin_memcpy(ends->local, sources, 16);
	__builtin_memcpy(ends->remote, destinations, 16);
	if (is_ipv4) {
		ends->local[0] = ends->local[1] = 0;
		ends->remote[0] = ends->remote[1] = 0;
		ends->local[2] = ends->remote[2] = bpf_htonl(0xffff);
		ends->local[3] = source;
		ends->remote[3] = destination;
	}
}

/* Mixes them to a number from which nobody without the secret can find other
 * ends that mix to the same. */
static __always_inline uint32_t mix_ends(const struct ends *ends, bool is_ipv4)
{
	uint64_t mixed = settings.secret[8] +
			settings.secret[3] * ends->local[3] +
			settings.secret[7] * ends->remote[3];

	for (int i = 0; i < 3 && !is_ipv4; i++)
		mixed += settings.secret[i] * ends->local[i] +
				settings.secret[i + 4] * ends->remote[i];
	return mixed >> 32;
}

static __always_inline uint32_t judged_way(enum tm_direction direction)
{
	return direction == TM_OUT ? JUDGED_OUT : JUDGED_IN;
}

/* Judges the first packet of a direction. A connection is excluded if one of
 * these is, or its own ends are: it has one verdict, whichever of its addresses
 * is listed. */
static __always_inline bool judge_connection(struct socket_state *state,
		const struct ends *ends, uint32_t mixed, uint32_t verdict,
		const struct packet *packet, enum tm_direction direction,
		const struct lists *in_use)
{
	if (is_listed(packet, in_use) ||
			are_listed(ends->local, ends->remote, packet->is_ipv4,
					in_use))
		verdict |= EXCLUDED;
	remember_verdict(state, in_use->generation, mixed,
			verdict | judged_way(direction));
	return verdict & EXCLUDED;
}

/* Whether the socket sent the packet to that address, which was translated
 * since: netfilter knows the packet by its former one. */
static __always_inline bool was_sent_to(struct __sk_buff *skb,
		const struct packet *packet, const uint32_t remote[4])
{
	const struct nf_conn *tracked;
	uint32_t former[4] = {};

	if (!READS_KERNEL || !bpf_core_type_exists(struct nf_conn))
		return false;
	tracked = (void *)(BPF_CORE_READ(kernel_buffer(skb), _nfct) &
			TRACKED_POINTER);
	if (!tracked)
		return false;
	BPF_CORE_READ_INTO(&former, tracked, tuplehash[0].tuple.dst.u3.all);
	if (packet->is_ipv4)
		return former[0] == remote[3];
	return is_same_address(former, remote);
}

/* A datagram socket may be connected and still send elsewhere. */
static __always_inline bool is_datagram_excluded(struct __sk_buff *skb,
		const struct bpf_sock *socket, struct socket_state *state,
		const struct packet *packet, enum tm_direction direction,
		const struct lists *in_use)
{
	const uint32_t *const remote = direction == TM_OUT ? packet->destination
							   : packet->source;
	struct ends ends;
	uint32_t mixed, verdict;

	if (socket->state != ESTABLISHED)
		return is_listed(packet, in_use);
	read_socket_ends(&ends, socket, packet->is_ipv4);
	if (!is_same_address(ends.remote, remote) &&
			(direction == TM_IN ||
					!was_sent_to(skb, packet, ends.remote)))
		return is_listed(packet, in_use);
	mixed = mix_ends(&ends, packet->is_ipv4);
	verdict = verdict_of(state, in_use->generation, mixed);
	if (verdict & judged_way(direction))
		return verdict & EXCLUDED;
	return judge_connection(state, &ends, mixed, verdict, packet, direction,
			in_use);
}

/* A TCP connection keeps its ends, unless its socket is connected again. */
static __always_inline bool is_stream_excluded(const struct bpf_sock *socket,
		struct socket_state *state, const struct packet *packet,
		enum tm_direction direction, const struct lists *in_use)
{
	uint32_t verdict = verdict_of(state, in_use->generation, 0);
	struct ends ends;

	if (socket->state == SYN_SENT && direction == TM_OUT)
		verdict = 0;
	if (verdict & judged_way(direction))
		return verdict & EXCLUDED;
	read_socket_ends(&ends, socket, packet->is_ipv4);
	return judge_connection(
			state, &ends, 0, verdict, packet, direction, in_use);
}

static __always_inline bool is_excluded(struct __sk_buff *skb,
		const struct bpf_sock *socket, struct socket_state *state,
		const struct packet *packet, enum tm_direction direction)
{
	const uint32_t zero = 0;
	const struct lists *const in_use = bpf_map_lookup_elem(&lists, &zero);

	if (!in_use || !socket)
		return false;
	if (state && packet->protocol == UDP)
		return is_datagram_excluded(
				skb, socket, state, packet, direction, in_use);
	if (!state || packet->protocol != TCP || !speaks(socket, TCP) ||
			socket->state == LISTEN)
		return is_listed(packet, in_use);
	return is_stream_excluded(socket, state, packet, direction, in_use);
}

#endif
