/* Which packets are excluded: those with both ends in the site's networks, and
 * those with either end in an excluded network. */
#ifndef TM_BPF_EXCLUDE_H
#define TM_BPF_EXCLUDE_H

#include "bpf/capture.h"
#include "bpf/packet.h"
#include "bpf/socket.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define ESTABLISHED 1
#define SYN_SENT 2
#define SYN_RECV 3

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

static __always_inline bool is_listed(
		const struct packet *packet, const struct lists *in_use)
{
	const bool is_ipv4 = packet->is_ipv4;

	if (in_use->has_site && has_network(&site, packet->source, is_ipv4) &&
			has_network(&site, packet->destination, is_ipv4))
		return true;
	return in_use->has_excluded &&
			(has_network(&excluded, packet->source, is_ipv4) ||
					has_network(&excluded,
							packet->destination,
							is_ipv4));
}

/* Whether the packet is between the ends that a datagram socket is connected
 * to: it may still send elsewhere, or from another address. */
static __always_inline bool is_between_ends(const struct bpf_sock *connected,
		const uint32_t local[4], const uint32_t remote[4], bool is_ipv4)
{
	/* volatile for the verifier: each field is read where it stands */
	const volatile struct bpf_sock *const socket = connected;
	const uint32_t source = socket->src_ip4, destination = socket->dst_ip4;
	const uint32_t sources[4] = { socket->src_ip6[0], socket->src_ip6[1],
		socket->src_ip6[2], socket->src_ip6[3] };
	const uint32_t destinations[4] = { socket->dst_ip6[0],
		socket->dst_ip6[1], socket->dst_ip6[2], socket->dst_ip6[3] };

	if (socket->state != ESTABLISHED)
		return false;
	if (is_ipv4)
		return source == local[3] && destination == remote[3];
	return is_same_address(sources, local) &&
			is_same_address(destinations, remote);
}

/* Only the verdict on the connected ends is remembered: for a sender to several
 * hosts, each packet would overwrite it. */
static __always_inline bool is_datagram_excluded(const struct bpf_sock *socket,
		struct socket_state *state, const struct packet *packet,
		enum tm_direction direction, const struct lists *in_use)
{
	const bool is_out = direction == TM_OUT;
	const uint32_t *const local =
			is_out ? packet->source : packet->destination;
	const uint32_t *const remote =
			is_out ? packet->destination : packet->source;
	bool verdict;

	if (has_verdict(state, in_use->generation) &&
			is_same_address(state->judged_remote, remote) &&
			is_same_address(state->judged_local, local))
		return state->verdict & 1;
	verdict = is_listed(packet, in_use);
	if (!is_between_ends(socket, local, remote, packet->is_ipv4))
		return verdict;
	state->verdict = 0;
	__builtin_memcpy(state->judged_local, local, 16);
	__builtin_memcpy(state->judged_remote, remote, 16);
	remember_verdict(state, in_use->generation, verdict);
	return verdict;
}

/* The ends of a TCP connection are fixed once it has begun, and with them the
 * verdict. */
static __always_inline bool is_excluded(const struct bpf_sock *socket,
		struct socket_state *state, const struct packet *packet,
		enum tm_direction direction)
{
	const uint32_t zero = 0;
	const struct lists *const in_use = bpf_map_lookup_elem(&lists, &zero);
	bool verdict;

	if (!in_use || !socket)
		return false;
	if (state && packet->protocol == UDP)
		return is_datagram_excluded(
				socket, state, packet, direction, in_use);
	if (!state || packet->protocol != TCP || !speaks(socket, TCP) ||
			socket->state == LISTEN)
		return is_listed(packet, in_use);
	if (socket->state != SYN_SENT && socket->state != SYN_RECV &&
			has_verdict(state, in_use->generation))
		return state->verdict & 1;
	verdict = is_listed(packet, in_use);
	remember_verdict(state, in_use->generation, verdict);
	return verdict;
}

#endif
