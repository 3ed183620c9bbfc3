/* What happens to a packet: it is counted as seen, and then excluded, added to
 * a sum, recorded as an event, or lost. The packets of sockets come first, then
 * the frames of an interface. */
#ifndef TM_BPF_METER_H
#define TM_BPF_METER_H

#include "bpf/capture.h"
#include "bpf/copy.h"
#include "bpf/exclude.h"
#include "bpf/flows.h"
#include "bpf/frame.h"
#include "bpf/owner.h"
#include "bpf/packet.h"
#include "bpf/ring.h"
#include "bpf/socket.h"
#include "bpf/wire.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define PASS 1
#define TCX_NEXT -1 /* the same as TC_ACT_UNSPEC: others decide */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct scope);
} scope SEC(".maps");

/* Interface numbers belong to a namespace; netns 0 could not be read. */
static __always_inline bool is_in_scope(
		const struct __sk_buff *skb, uint32_t netns)
{
	const uint32_t zero = 0;
	const struct scope *in_use;

	if (!settings.interface_count)
		return true;
	in_use = bpf_map_lookup_elem(&scope, &zero);
	if (!in_use || (netns && netns != settings.netns))
		return false;
#pragma unroll
	for (uint32_t i = 0; i < METERED_INTERFACES; i++) {
		if (in_use->ifindexes[i] == skb->ifindex)
			return true;
	}
	return false;
}

/* Whether a program that ran before has the kernel drop what the task sends:
 * one of the same cgroup or of a cgroup below. The others run nevertheless. */
static __always_inline bool is_dropped(struct task_struct *task)
{
#ifndef PLAIN
	const struct bpf_cg_run_ctx *run;

	if (!settings.knows_result)
		return false;
	run = bpf_rdonly_cast(task->bpf_ctx,
			bpf_core_type_id_kernel(struct bpf_cg_run_ctx));
	return run->retval < 0;
#else
	return false;
#endif
}

static __always_inline int meter_packet(
		struct __sk_buff *skb, enum tm_direction direction)
{
	struct counted *mine = counted_of(direction);
	struct packet packet = {};
	struct owner owner = {};
	struct socket_state *state = NULL;
	struct bpf_sock *socket = skb->sk;
	struct task_struct *task = NULL;
	uint32_t netns = 0;

	if (READS_KERNEL && direction == TM_OUT)
		task = current_task();
	if (!mine || (task && is_dropped(task)))
		return PASS;
	if (socket)
		socket = bpf_sk_fullsock(socket);
	if (socket && READS_KERNEL) {
		state = remember_socket(socket, task);
		netns = netns_of(socket, state);
	}
	if (!is_in_scope(skb, netns))
		return PASS;
	read_packet(skb, &packet);
	count_wire(skb, direction, &packet);
	if (direction == TM_IN && READS_KERNEL && socket &&
			is_copy(skb, socket, &packet,
					state && socket->type == SOCK_RAW))
		packet.flags |= TM_COPY;
	count_packet(&mine->seen, &packet);
	if (settings.own_netns && netns == settings.own_netns)
		count_carried(direction, &packet);
	if (settings.excludes && socket &&
			is_excluded(skb, socket, state, &packet, direction)) {
		count_packet(&mine->excluded, &packet);
		return PASS;
	}
	if (settings.sums && state && socket &&
			add_to_flow(mine, socket, state, &packet, direction))
		return PASS;
	find_owner(skb, socket, state, direction, &owner);
	record_event(mine, direction, &owner, &packet);
	return PASS;
}

static __always_inline void meter_frame(struct __sk_buff *skb,
		struct bpf_sock *socket, struct packet *packet,
		enum tm_direction direction)
{
	struct counted *const mine = counted_of(direction);
	struct owner owner = {};
	struct socket_state *state = NULL;

	if (!mine)
		return;
	count_packet(&mine->seen, packet);
	if (socket && READS_KERNEL)
		state = remember_frame_socket(socket, direction);
	if (settings.excludes && is_frame_excluded(packet)) {
		count_packet(&mine->excluded, packet);
		return;
	}
	/* a sum carries the namespace of its socket */
	if (settings.sums && state && socket &&
			state->owner.netns == settings.netns &&
			add_to_flow(mine, socket, state, packet, direction))
		return;
	find_frame_owner(skb, socket, state, direction, &owner);
	record_event(mine, direction, &owner, packet);
}

/* Meters the frame for the socket that sent it; false if there is none. For the
 * verifier, the socket is looked up once: without CAP_PERFMON old ones take it
 * for possible that a second look-up finds something else. */
static __always_inline bool meter_sent(
		struct __sk_buff *skb, struct packet *packet)
{
	struct bpf_sock *const socket = frame_sender(skb);

	if (!socket)
		return false;
	if (socket->family == FAMILY_PACKET)
		packet->flags |= TM_RAW;
	meter_frame(skb, socket, packet, TM_OUT);
	return true;
}

static __always_inline int frame_out(struct __sk_buff *skb)
{
	struct packet packet = {};

	read_frame(skb, &packet);
	count_frame(skb, &packet);
	if (meter_sent(skb, &packet))
		return TCX_NEXT;
	if (!skb->sk && skb->ingress_ifindex)
		packet.flags |= TM_FORWARDED;
	meter_frame(skb, NULL, &packet, TM_OUT);
	return TCX_NEXT;
}

/* Meters the frame for the socket that waits for it; false if there is none. */
static __always_inline bool meter_received(
		struct __sk_buff *skb, struct packet *packet)
{
	struct bpf_sock *const socket = frame_receiver(skb, packet);
	bool is_received;

	if (!socket)
		return false;
	is_received = has_destination(socket, packet) ||
			!is_for_others(skb, packet);
	if (is_received)
		meter_frame(skb, socket, packet, TM_IN);
	bpf_sk_release(socket);
	return is_received;
}

static __always_inline int frame_in(struct __sk_buff *skb)
{
	struct packet packet = {};

	read_frame(skb, &packet);
	count_frame(skb, &packet);
	if (settings.finds_receivers) {
		if (meter_received(skb, &packet))
			return TCX_NEXT;
		if (is_for_others(skb, &packet))
			packet.flags |= TM_FORWARDED;
	}
	meter_frame(skb, NULL, &packet, TM_IN);
	return TCX_NEXT;
}

#endif
