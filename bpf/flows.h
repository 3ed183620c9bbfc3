/* Interval sums: a table of flows in memory that tm-capture maps. A program
 * takes a free slot for a flow, writes its owner once, and after that only
 * adds; tm-capture reads the table and ends idle flows. This needs no iterator,
 * and no atomic instruction that returns a value (5.12): it works, and is
 * exact, on every kernel with mappable maps (5.5) and ring buffers (5.8). */
#ifndef TM_BPF_FLOWS_H
#define TM_BPF_FLOWS_H

#include "bpf/packet.h"
#include "bpf/ring.h"
#include "bpf/socket.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

/* tm-capture sets the sizes before the load: by --flows, or to 1 without sums.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct flow_control);
} flow_control SEC(".maps");

/* The ring of free slots, by number; in 8 bytes each, as an array pads values.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, uint64_t);
} free_flows SEC(".maps");

/* A lock that nobody waits for: it holds one token, and whoever pops it may
 * take a slot from the ring. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1);
	__type(value, uint32_t);
} flow_turn SEC(".maps");

/* The flows of a socket after its first; an unconnected one has several. A flow
 * that the map evicts continues in another slot. */
struct flow_key {
	uint64_t holder; /* reference of the socket's first flow */
	struct flow_ends ends;
	uint32_t reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct flow_key);
	__type(value, uint64_t); /* reference of a slot */
} more_flows SEC(".maps");

/* The part of the table that a socket with many flows leaves to others. */
#define FLOWS_RESERVED(mask) (((mask) + 1) / 4)

static __always_inline struct flow *flow_at(uint64_t reference)
{
	const uint32_t slot = (uint32_t)reference;
	struct flow *const flow = bpf_map_lookup_elem(&flows, &slot);

	return flow && flow->generation == reference >> 32 ? flow : NULL;
}

/* The socket's first flow, which holds the owner for all of them. NULL if it
 * was ended, or belongs to the listener or to a previous owner. */
static __always_inline struct flow *holder_of(const struct socket_state *state)
{
	struct flow *const flow = flow_at(state->flow);

	return flow && flow->socket == state_name(state) &&
					flow->owner_version ==
							state->owner_version
			? flow
			: NULL;
}

static __always_inline struct flow_control *flow_table(void)
{
	const uint32_t zero = 0;

	return bpf_map_lookup_elem(&flow_control, &zero);
}

static __always_inline uint32_t free_slots(const struct flow_control *table)
{
	return *(const volatile uint32_t *)&table->given -
			*(const volatile uint32_t *)&table->taken;
}

/* A free slot; NULL if there is none, or while another CPU takes one. */
static __always_inline struct flow *take_slot(
		struct flow_control *table, uint64_t *reference)
{
	struct flow *flow = NULL;
	uint32_t turn, at, slot;
	const uint64_t *free;

	if (bpf_map_pop_elem(&flow_turn, &turn))
		return NULL;
	if (free_slots(table)) {
		at = table->taken & table->mask;
		free = bpf_map_lookup_elem(&free_flows, &at);
		slot = free ? (uint32_t)*free : 0;
		if (free)
			flow = bpf_map_lookup_elem(&flows, &slot);
		if (flow)
			*reference = (uint64_t)flow->generation << 32 | slot;
		table->taken++;
	}
	bpf_map_push_elem(&flow_turn, &turn, 0);
	return flow;
}

static __always_inline void read_ends(struct flow_ends *ends,
		const struct packet *packet, enum tm_direction direction)
{
	const bool is_out = direction == TM_OUT;

	__builtin_memcpy(ends->local,
			is_out ? packet->source : packet->destination, 16);
	__builtin_memcpy(ends->remote,
			is_out ? packet->destination : packet->source, 16);
	ends->local_port =
			is_out ? packet->source_port : packet->destination_port;
	ends->remote_port =
			is_out ? packet->destination_port : packet->source_port;
	ends->ifindex = packet->ifindex;
	ends->copy = packet->flags & TM_COPY;
	ends->protocol = packet->protocol;
}

/* Writes what identifies the flow; false if its owner changed meanwhile. */
static __always_inline bool identify_flow(struct flow *flow,
		const struct socket_state *state, const struct packet *packet,
		enum tm_direction direction)
{
	const uint32_t version =
			*(const volatile uint32_t *)&state->owner_version;

	flow->socket = state_name(state);
	flow->owner_version = version;
	read_ends(&flow->ends, packet, direction);
	flow->flags = packet->flags & ~TM_COPY;
	flow->is_used = is_used(state);
	flow->settled = flow->data;
	flow->io_before = flow->io;
	flow->seen_io = flow->io;
	flow->owner = state->owner;
	return *(const volatile uint32_t *)&state->owner_version == version;
}

/* Begins a flow. Another slot holds its owner, unless holder is 0. NULL if no
 * slot can be taken. */
static __always_inline struct flow *begin_flow(struct counted *mine,
		const struct socket_state *state, const struct packet *packet,
		enum tm_direction direction, uint64_t holder,
		uint64_t *reference)
{
	struct flow_control *const table = flow_table();
	struct flow *flow;
	bool is_whole;

	if (!table)
		return NULL;
	if (free_slots(table) <= (holder ? FLOWS_RESERVED(table->mask) : 0)) {
		count_packet(&mine->flowless, packet);
		return NULL;
	}
	flow = take_slot(table, reference);
	if (!flow)
		return NULL;
	is_whole = identify_flow(flow, state, packet, direction);
	flow->holder = holder ? holder : *reference;
	*(volatile uint32_t *)&flow->is_ready = *reference >> 32;
	return is_whole ? flow : NULL;
}

static __always_inline struct flow *first_flow(struct counted *mine,
		struct socket_state *state, const struct packet *packet,
		enum tm_direction direction)
{
	uint64_t reference = 0;
	struct flow *const flow = begin_flow(
			mine, state, packet, direction, 0, &reference);

	/* if two CPUs begin one each, both count, and one continues */
	if (flow)
		state->flow = reference;
	return flow;
}

static __always_inline struct flow *another_flow(struct counted *mine,
		const struct socket_state *state, const struct packet *packet,
		enum tm_direction direction)
{
	struct flow_key key = { .holder = state->flow };
	uint64_t reference = 0, *known;
	struct flow *flow;

	read_ends(&key.ends, packet, direction);
	known = bpf_map_lookup_elem(&more_flows, &key);
	flow = known ? flow_at(*known) : NULL;
	if (flow)
		return flow;
	flow = begin_flow(
			mine, state, packet, direction, key.holder, &reference);
	if (flow)
		bpf_map_update_elem(&more_flows, &key, &reference, BPF_ANY);
	return flow;
}

static __always_inline bool is_of_flow(const struct flow_ends *ends,
		const struct packet *packet, enum tm_direction direction)
{
	if (ends->ifindex != packet->ifindex ||
			ends->protocol != packet->protocol)
		return false;
	if (direction == TM_OUT)
		return ends->local_port == packet->source_port &&
				ends->remote_port == packet->destination_port &&
				is_same_address(ends->local, packet->source) &&
				is_same_address(ends->remote,
						packet->destination);
	return ends->copy == (packet->flags & TM_COPY) &&
			ends->local_port == packet->destination_port &&
			ends->remote_port == packet->source_port &&
			is_same_address(ends->local, packet->destination) &&
			is_same_address(ends->remote, packet->source);
}

/* A listener would have a flow for each host that connects, and a raw socket
 * one for each that it hears. */
static __always_inline bool has_flow(
		const struct bpf_sock *socket, const struct packet *packet)
{
	if (!speaks(socket, packet->protocol))
		return false;
	switch (packet->protocol) {
	case TCP:
		return socket->state != LISTEN;
	case UDP:
		return true;
	default:
		return false;
	}
}

/* Reading the clock costs as much as all the rest of a sum, so it is read once
 * in an interval. */
static __always_inline void mark_seen(
		struct moved *moved, uint32_t epoch, uint8_t tcp_flags)
{
	if (moved->epoch != epoch) {
		moved->since_ns = bpf_ktime_get_boot_ns();
		moved->tcp_flags = 0;
		moved->epoch = epoch;
	}
	if (tcp_flags & ~moved->tcp_flags)
		moved->tcp_flags |= tcp_flags;
}

/* Adds incoming data. What came before the owner's last I/O is settled: the
 * owner has read it. */
static __always_inline void add_data(struct flow *flow,
		const struct flow *holder, const struct packet *packet)
{
	const uint32_t io = holder->io;

	if (flow->seen_io != io) {
		flow->settled = flow->data;
		flow->seen_io = io;
	}
	count_packet(&flow->data, packet);
}

/* Adds the packet to a flow of its socket; false if it has to be an event. */
static __always_inline bool add_to_flow(struct counted *mine,
		struct bpf_sock *socket, struct socket_state *state,
		const struct packet *packet, enum tm_direction direction)
{
	struct flow_control *const table = flow_table();
	const uint16_t flags = packet->flags & ~TM_COPY;
	struct flow *flow, *holder;

	if (!table || !has_flow(socket, packet))
		return false;
	holder = holder_of(state);
	if (!holder)
		flow = holder = first_flow(mine, state, packet, direction);
	else if (is_of_flow(&holder->ends, packet, direction))
		flow = holder;
	else
		flow = another_flow(mine, state, packet, direction);
	if (!flow)
		return false;
	if (flags & ~flow->flags)
		flow->flags |= flags;
	if (direction == TM_OUT) {
		mark_seen(&flow->out, table->epoch, packet->tcp_flags);
		count_packet(&flow->out.all, packet);
		return true;
	}
	mark_seen(&flow->in, table->epoch, packet->tcp_flags);
	if (packet->has_data)
		add_data(flow, holder, packet);
	else
		count_packet(&flow->in.all, packet);
	return true;
}

/* The owner uses the socket: data up to here is the owner's. */
static __always_inline void note_io(const struct socket_state *state)
{
	struct flow *const holder = holder_of(state);

	if (holder)
		holder->io++; /* not atomic: it only has to change */
}

/* Another task has taken the socket over. Unread data is that task's, and so is
 * everything from before any task used the socket. */
static __always_inline void leave_flow(const struct socket_state *state,
		struct flow *flow, uint32_t generation)
{
	if (!flow || flow->has_heir == generation)
		return;
	flow->heir = state->owner;
	*(volatile uint32_t *)&flow->has_heir = generation;
}

#endif
