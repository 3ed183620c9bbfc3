/* Interval sums: one flow of a socket is added up in the socket's storage, and
 * written when the interval ends, the owner changes or the socket goes. Needs
 * atomic exchange (5.12), so only the programs of --every include it. */
#ifndef TM_BPF_SUMS_H
#define TM_BPF_SUMS_H

#include "bpf/owner.h"
#include "bpf/packet.h"
#include "bpf/ring.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define CLOSE 7 /* of tcp_states.h */
#define SPAN_NS 10000000

static __always_inline bool is_same(const uint32_t a[4], const uint32_t b[4])
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

#define FLOW_BEING_SET 1 /* no socket is there */

/* Whether the sums are this socket's, and not copied from its listener's. */
static __always_inline bool is_summed(
	const struct socket_state *state, struct sock *sk)
{
	return state->summed_as == (uint64_t)sk;
}

/* The first packet of a socket tells its flow; who comes second while it is
 * being set is not summed. */
static __always_inline void begin_sums(struct socket_state *state,
	struct sock *sk, const struct packet *packet,
	enum tm_direction direction)
{
	const bool is_out = direction == TM_OUT;
	struct flow *const flow = &state->flow;
	const uint64_t before = state->summed_as;

	if (before == FLOW_BEING_SET ||
		__sync_val_compare_and_swap(
			&state->summed_as, before, FLOW_BEING_SET) != before)
		return;
	__builtin_memset(flow, 0, sizeof(*flow));
	__builtin_memset(state->sums, 0, sizeof(state->sums));
	state->is_overdue = false;
	__builtin_memcpy(
		flow->local, is_out ? packet->source : packet->destination, 16);
	__builtin_memcpy(flow->remote,
		is_out ? packet->destination : packet->source, 16);
	flow->local_port =
		is_out ? packet->source_port : packet->destination_port;
	flow->remote_port =
		is_out ? packet->destination_port : packet->source_port;
	flow->ifindex = packet->ifindex;
	flow->protocol = packet->protocol;
	flow->flags = packet->flags & ~TM_COPY;
	flow->flags_in = packet->flags & TM_COPY;
	__sync_val_compare_and_swap(
		&state->summed_as, FLOW_BEING_SET, (uint64_t)sk);
}

static __always_inline bool is_of_flow(const struct flow *flow,
	const struct packet *packet, enum tm_direction direction)
{
	if (flow->ifindex != packet->ifindex ||
		flow->protocol != packet->protocol)
		return false;
	if (direction == TM_OUT)
		return flow->local_port == packet->source_port &&
		       flow->remote_port == packet->destination_port &&
		       is_same(flow->local, packet->source) &&
		       is_same(flow->remote, packet->destination);
	return flow->flags_in == (packet->flags & TM_COPY) &&
	       flow->local_port == packet->destination_port &&
	       flow->remote_port == packet->source_port &&
	       is_same(flow->local, packet->destination) &&
	       is_same(flow->remote, packet->source);
}

/* Nothing is summed that no later event would write: TCP sockets that are
 * closed have been destroyed, those that listen have no flow. */
static __always_inline bool can_sum(
	const struct bpf_sock *socket, const struct packet *packet)
{
	switch (packet->protocol) {
	case TCP:
		return socket->state != CLOSE && socket->state != LISTEN;
	case UDP:
		return true;
	default:
		return false;
	}
}

/* Raw sockets, of packets or of frames, may end unheard. */
static __always_inline bool has_protocol(
	struct bpf_sock *socket, const struct packet *packet)
{
	socket = bpf_sk_fullsock(socket);
	return socket && socket->type != SOCK_RAW &&
	       socket->protocol == packet->protocol;
}

static __always_inline enum tm_direction direction_of(enum sum which)
{
	return which == SUM_OUT ? TM_OUT : TM_IN;
}

static __always_inline void add_amount(
	struct tm_amount *sum, const struct tm_amount *more)
{
	__sync_fetch_and_add(&sum->packets, more->packets);
	__sync_fetch_and_add(&sum->bytes, more->bytes);
}

/* Takes out of a sum what is in it; false when it is empty. */
static __always_inline bool take_amount(
	struct tm_amount *sum, struct tm_amount *taken)
{
	if (!sum->packets && !sum->bytes)
		return false;
	taken->packets = __sync_lock_test_and_set(&sum->packets, 0);
	taken->bytes = __sync_lock_test_and_set(&sum->bytes, 0);
	return taken->packets || taken->bytes;
}

/* Takes a sum out of the socket's storage, as a packet; false when there is
 * none. */
static __always_inline bool take_sum(
	struct socket_state *state, enum sum which, struct packet *packet)
{
	const struct flow *const flow = &state->flow;
	const bool is_out = which == SUM_OUT;
	struct tm_amount taken = {};
	uint64_t span;

	if (!take_amount(&state->sums[which], &taken))
		return false;
	packet->packets = taken.packets;
	packet->bytes = taken.bytes;
	__builtin_memcpy(
		packet->source, is_out ? flow->local : flow->remote, 16);
	__builtin_memcpy(
		packet->destination, is_out ? flow->remote : flow->local, 16);
	packet->source_port = is_out ? flow->local_port : flow->remote_port;
	packet->destination_port =
		is_out ? flow->remote_port : flow->local_port;
	packet->ifindex = flow->ifindex;
	packet->protocol = flow->protocol;
	packet->flags = flow->flags | (is_out ? 0 : flow->flags_in) |
			(which == SUM_UNREAD ? TM_UNSURE : 0);
	span = (bpf_ktime_get_boot_ns() - state->since_ns[which]) / SPAN_NS + 1;
	packet->span = span < UINT16_MAX ? span : UINT16_MAX;
	return true;
}

static __always_inline void put_back(
	struct socket_state *state, enum sum which, const struct packet *packet)
{
	const struct tm_amount amount = {packet->packets, packet->bytes};

	add_amount(&state->sums[which], &amount);
}

static __always_inline void flush_sum(
	struct socket_state *state, enum sum which, uint16_t flags)
{
	const enum tm_direction direction = direction_of(which);
	struct tm_counted *const mine = counted(direction);
	struct packet packet = {};

	if (!mine || !take_sum(state, which, &packet))
		return;
	packet.flags |= flags;
	record(mine, direction, &state->owner, &packet);
}

/* Adds to a sum. The socket may go meanwhile: then nobody else would write it.
 */
static __always_inline void add_to_sum(struct socket_state *state,
	enum sum which, const struct tm_amount *amount)
{
	add_amount(&state->sums[which], amount);
	if (state->flow.is_over)
		flush_sum(state, which, 0);
}

/* The clock costs as much as all the rest of a sum: what is read at once began
 * when the sum did that it will be added to. */
static __always_inline void add_packet(struct socket_state *state,
	enum sum which, const struct tm_amount *amount)
{
	const bool is_read_soon =
		which == SUM_UNREAD && state->sums[SUM_IN].packets;

	if (!state->sums[which].packets)
		state->since_ns[which] = is_read_soon ? state->since_ns[SUM_IN]
						      : bpf_ktime_get_boot_ns();
	add_to_sum(state, which, amount);
}

/* Adds the packet to its socket's sum; false when it has to be an event. */
static __always_inline bool sum(struct bpf_sock *socket, struct sock *sk,
	struct socket_state *state, const struct packet *packet,
	enum tm_direction direction)
{
	const struct tm_amount amount = {packet->packets, packet->bytes};

	if (!can_sum(socket, packet))
		return false;
	if (!is_summed(state, sk) && has_protocol(socket, packet))
		begin_sums(state, sk, packet, direction);
	if (!is_summed(state, sk) ||
		!is_of_flow(&state->flow, packet, direction))
		return false;
	state->flow.flags |= packet->flags & ~TM_COPY;
	/* each apart: the verifier wants constants */
	if (direction == TM_OUT)
		add_packet(state, SUM_OUT, &amount);
	else if (packet->has_data)
		add_packet(state, SUM_UNREAD, &amount);
	else
		add_packet(state, SUM_IN, &amount);
	return true;
}

/* What was unread is the owner's. */
static __always_inline void settle(struct socket_state *state)
{
	struct tm_amount read = {};

	if (!take_amount(&state->sums[SUM_UNREAD], &read))
		return;
	if (state->is_overdue)
		state->is_overdue = false;
	if (!state->sums[SUM_IN].packets)
		state->since_ns[SUM_IN] = state->since_ns[SUM_UNREAD];
	add_to_sum(state, SUM_IN, &read);
}

static __always_inline void flush(struct socket_state *state, uint16_t flags)
{
	flush_sum(state, SUM_IN, flags);
	flush_sum(state, SUM_OUT, flags);
}

#endif
