/* Two programs meter the sockets of a cgroup, one for each direction and both
 * families: an event for each packet, or (the sum_ ones) a sum for each flow
 * and interval. Two others (tm_tc_) meter the frames of an interface. They
 * never drop a packet: the only return values are 1, and there -1. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/capture.h"
#include "bpf/copy.h"
#include "bpf/exclude.h"
#include "bpf/flows.h"
#include "bpf/owner.h"
#include "bpf/packet.h"
#include "bpf/ring.h"
#include "bpf/tc.h"
#include "bpf/wire.h"

#define PASS 1

char LICENSE[] SEC("license") = "GPL";

const volatile struct tm_settings settings SEC(".rodata.settings");

/* On a kernel that lets nothing be read: the user of the socket, as seen from
 * its own user namespace. */
static __always_inline void ask_socket(
		struct __sk_buff *skb, struct tm_owner *owner)
{
	owner->uid = owner->socket_uid = bpf_get_socket_uid(skb);
	owner->flags = TM_OWNER_SOCKET | TM_UNSURE;
}

/* The task that runs owns the socket from here on, and what nobody has read or
 * was there before anybody's first I/O. */
static __always_inline void take_over(struct socket_state *state, bool sums)
{
	struct task_struct *const task = new_owner(state);
	const uint32_t generation = state->flow >> 32;
	struct tm_flow *flow;

	if (task) {
		flow = sums ? holder_of(state) : NULL;
		take(state, task);
		leave_flow(state, flow, generation);
	} else if (sums) {
		note_io(state);
	}
	if (!is_used(state))
		state->used_as = name_of(state);
}

/* What the programs write, and for that read. */
enum mode {
	PLAIN,	/* events, by what the packet and its socket tell unasked */
	EVENTS, /* events */
	SUMS,	/* interval sums */
};

/* Without its hook, a task that only receives is not known. */
static __always_inline bool knows_reader(const struct bpf_sock *socket)
{
	return settings.knows_reader ||
			(settings.knows_tcp_reader && socket->protocol == TCP);
}

/* What is remembered of the socket, whose owner is the task that runs if it
 * sends now; NULL = nothing. */
static __always_inline struct socket_state *remember(
		struct bpf_sock *socket, bool is_sent_now, enum mode mode)
{
	struct socket_state *state =
			bpf_sk_storage_get(&sockets, socket, NULL, 0);

	if (!state)
		state = adopt(socket);
	if (state && is_sent_now)
		take_over(state, mode == SUMS);
	return state;
}

static __always_inline void describe_owner(struct bpf_sock *socket,
		const struct socket_state *state, enum tm_direction direction,
		struct tm_owner *owner)
{
	if (state) {
		*owner = state->owner;
		if ((!is_used(state) && socket->state != LISTEN) ||
				(direction == TM_IN && !knows_reader(socket)))
			owner->flags |= TM_UNSURE;
		if (socket->type == SOCK_RAW)
			owner->flags |= TM_RAW;
	} else {
		struct sock *const sk = as_kernel_sees(socket);

		read_socket(owner, sk);
		if (is_of_user(sk)) {
			owner->uid = owner->socket_uid;
			owner->flags = TM_OWNER_SOCKET | TM_UNSURE;
		}
	}
	if (socket->state == LISTEN)
		owner->flags |= TM_LISTENING;
}

static __always_inline void find_owner(struct __sk_buff *skb,
		struct bpf_sock *socket, const struct socket_state *state,
		enum tm_direction direction, struct tm_owner *owner,
		enum mode mode)
{
	owner->uid = owner->socket_uid = TM_NOBODY;
	if (!socket)
		return;
	if (mode == PLAIN)
		ask_socket(skb, owner);
	else
		describe_owner(socket, state, direction, owner);
	if (!owner->cgroup_id)
		owner->cgroup_id = bpf_skb_cgroup_id(skb);
}

static __always_inline uint32_t netns_of(
		struct bpf_sock *socket, const struct socket_state *state)
{
	return state ? state->owner.netns
		     : BPF_CORE_READ(as_kernel_sees(socket),
				       __sk_common.skc_net.net, ns.inum);
}

/* Interface numbers belong to a namespace; 0 is one that cannot be read. */
static __always_inline bool is_in_scope(
		const struct __sk_buff *skb, uint32_t netns)
{
	if (!settings.interface_count)
		return true;
#pragma unroll
	for (uint32_t i = 0; i < TM_INTERFACES; i++) {
		if (settings.interfaces[i].ifindex == skb->ifindex &&
				(!netns ||
						settings.interfaces[i].netns ==
								netns))
			return i < settings.interface_count;
	}
	return false;
}

static __always_inline int meter(struct __sk_buff *skb,
		enum tm_direction direction, enum mode mode)
{
	struct tm_counted *mine = counted(direction);
	struct packet packet = {};
	struct tm_owner owner = {};
	struct socket_state *state = NULL;
	struct bpf_sock *socket = skb->sk;
	uint32_t netns = 0;

	if (!mine)
		return PASS;
	if (socket)
		socket = bpf_sk_fullsock(socket);
	if (socket && mode != PLAIN) {
		state = remember(socket,
				direction == TM_OUT &&
						is_sent_by_current(socket),
				mode);
		netns = netns_of(socket, state);
	}
	if (!is_in_scope(skb, netns))
		return PASS;
	read_packet(skb, &packet, mode != PLAIN);
	count_wire(skb, direction, &packet,
			mode != PLAIN && settings.knows_buffer);
	if (direction == TM_IN && mode != PLAIN && socket &&
			is_copy(skb, socket, &packet,
					state && socket->type == SOCK_RAW))
		packet.flags |= TM_COPY;
	add(&mine->seen, &packet);
	if (settings.own_netns && netns == settings.own_netns)
		count_carried(direction, &packet);
	if (settings.excludes && socket &&
			is_excluded(socket, state, &packet, direction)) {
		add(&mine->excluded, &packet);
		return PASS;
	}
	if (mode == SUMS && state && socket &&
			sum(mine, socket, state, &packet, direction))
		return PASS;
	find_owner(skb, socket, state, direction, &owner, mode);
	record(mine, direction, &owner, &packet);
	return PASS;
}

SEC("cgroup_skb/ingress")
int meter_in(struct __sk_buff *skb)
{
	return meter(skb, TM_IN, EVENTS);
}

SEC("cgroup_skb/egress")
int meter_out(struct __sk_buff *skb)
{
	return meter(skb, TM_OUT, EVENTS);
}

SEC("cgroup_skb/ingress")
int sum_in(struct __sk_buff *skb)
{
	return meter(skb, TM_IN, SUMS);
}

SEC("cgroup_skb/egress")
int sum_out(struct __sk_buff *skb)
{
	return meter(skb, TM_OUT, SUMS);
}

/* For a kernel that lets nothing be read, or without the right to. */
SEC("cgroup_skb/ingress")
int plain_in(struct __sk_buff *skb)
{
	return meter(skb, TM_IN, PLAIN);
}

SEC("cgroup_skb/egress")
int plain_out(struct __sk_buff *skb)
{
	return meter(skb, TM_OUT, PLAIN);
}

/* Only its user is known of a socket, and that from what it sends. */
static __always_inline void remember_user(struct __sk_buff *skb,
		struct bpf_sock *socket, enum tm_direction direction,
		struct tm_owner *owner)
{
	struct socket_state *state;

	if (direction == TM_IN) {
		state = bpf_sk_storage_get(&sockets, socket, NULL, 0);
		if (state)
			*owner = state->owner;
		return;
	}
	state = bpf_sk_storage_get(
			&sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	ask_socket(skb, owner);
	if (state)
		state->owner = *owner;
}

/* Whose the frame is. Where the programs of an interface run, the task is not
 * the sender for sure: see note_sender(). A socket of frames has no other
 * hook, and does send from its task. */
static __always_inline void find_frame_owner(struct __sk_buff *skb,
		struct bpf_sock *socket, const struct socket_state *state,
		enum tm_direction direction, struct tm_owner *owner,
		enum mode mode)
{
	owner->uid = owner->socket_uid = TM_NOBODY;
	if (socket && mode == PLAIN)
		remember_user(skb, socket, direction, owner);
	else if (socket)
		describe_owner(socket, state, direction, owner);
	if (direction == TM_OUT && !owner->cgroup_id)
		owner->cgroup_id = bpf_skb_cgroup_id(skb);
	owner->netns = settings.interfaces[0].netns;
}

static __always_inline void meter_frame(struct __sk_buff *skb,
		struct bpf_sock *socket, struct packet *packet,
		enum tm_direction direction, enum mode mode)
{
	struct tm_counted *const mine = counted(direction);
	struct tm_owner owner = {};
	struct socket_state *state = NULL;

	if (!mine)
		return;
	add(&mine->seen, packet);
	if (socket && mode != PLAIN)
		state = remember(socket,
				direction == TM_OUT &&
						socket->family == FAMILY_PACKET,
				mode);
	if (settings.excludes && is_frame_excluded(packet)) {
		add(&mine->excluded, packet);
		return;
	}
	/* the sums of a socket carry its own namespace */
	if (mode == SUMS && state && socket &&
			state->owner.netns == settings.interfaces[0].netns &&
			sum(mine, socket, state, packet, direction))
		return;
	find_frame_owner(skb, socket, state, direction, &owner, mode);
	record(mine, direction, &owner, packet);
}

/* Meters the frame for the socket that sent it; false when there is none. The
 * socket is asked for once: without CAP_PERFMON old verifiers also follow the
 * wrong answer to a second question. */
static __always_inline bool meter_sent(
		struct __sk_buff *skb, struct packet *packet, enum mode mode)
{
	struct bpf_sock *const socket = sender(skb);

	if (!socket)
		return false;
	if (socket->family == FAMILY_PACKET)
		packet->flags |= TM_RAW;
	meter_frame(skb, socket, packet, TM_OUT, mode);
	return true;
}

static __always_inline int frame_out(struct __sk_buff *skb, enum mode mode)
{
	const bool reads = mode != PLAIN && settings.knows_buffer;
	struct packet packet = {};

	read_frame(skb, &packet, reads, mode != PLAIN);
	count_frame(skb, &packet, reads);
	if (meter_sent(skb, &packet, mode))
		return TCX_NEXT;
	if (!skb->sk && skb->ingress_ifindex)
		packet.flags |= TM_FORWARDED;
	meter_frame(skb, NULL, &packet, TM_OUT, mode);
	return TCX_NEXT;
}

/* Meters the frame for the socket that waits for it; false when there is none.
 */
static __always_inline bool meter_received(
		struct __sk_buff *skb, struct packet *packet, enum mode mode)
{
	struct bpf_sock *const socket = receiver(skb, packet);
	bool is_received;

	if (!socket)
		return false;
	is_received = has_destination(socket, packet) ||
			!is_for_others(skb, packet);
	if (is_received)
		meter_frame(skb, socket, packet, TM_IN, mode);
	bpf_sk_release(socket);
	return is_received;
}

static __always_inline int frame_in(struct __sk_buff *skb, enum mode mode)
{
	const bool reads = mode != PLAIN && settings.knows_buffer;
	struct packet packet = {};

	read_frame(skb, &packet, reads, mode != PLAIN);
	count_frame(skb, &packet, reads);
	if (settings.finds_receivers) {
		if (meter_received(skb, &packet, mode))
			return TCX_NEXT;
		if (is_for_others(skb, &packet))
			packet.flags |= TM_FORWARDED;
	}
	meter_frame(skb, NULL, &packet, TM_IN, mode);
	return TCX_NEXT;
}

/* --detach knows left-overs of ours by the names of these. */
SEC("tc")
int tm_tc_in(struct __sk_buff *skb)
{
	return frame_in(skb, EVENTS);
}

SEC("tc")
int tm_tc_out(struct __sk_buff *skb)
{
	return frame_out(skb, EVENTS);
}

SEC("tc")
int tm_tc_sum_in(struct __sk_buff *skb)
{
	return frame_in(skb, SUMS);
}

SEC("tc")
int tm_tc_sum_out(struct __sk_buff *skb)
{
	return frame_out(skb, SUMS);
}

SEC("tc")
int tm_tc_plain_in(struct __sk_buff *skb)
{
	return frame_in(skb, PLAIN);
}

SEC("tc")
int tm_tc_plain_out(struct __sk_buff *skb)
{
	return frame_out(skb, PLAIN);
}

/* For the programs of an interface: who sends is running here, and may not be
 * there, behind the queue of a neighbour or of another interface. */
static __always_inline int note_current(struct __sk_buff *skb, enum mode mode)
{
	struct bpf_sock *socket = skb->sk;

	if (socket)
		socket = bpf_sk_fullsock(socket);
	if (socket && is_sent_by_current(socket))
		remember(socket, true, mode);
	return PASS;
}

SEC("cgroup_skb/egress")
int note_sender(struct __sk_buff *skb)
{
	return note_current(skb, EVENTS);
}

SEC("cgroup_skb/egress")
int sum_sender(struct __sk_buff *skb)
{
	return note_current(skb, SUMS);
}

/* The first owner of a socket is who makes it, until it is used. */
SEC("cgroup/sock_create")
int note_maker(struct bpf_sock *socket)
{
	struct socket_state *state = bpf_sk_storage_get(
			&sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (state) {
		read_socket(&state->owner, as_kernel_sees(socket));
		take(state, (void *)bpf_get_current_task());
	}
	return PASS;
}

static __always_inline int note_reader(struct sock *sk, bool sums)
{
	struct socket_state *const state =
			bpf_sk_storage_get(&sockets, sk, NULL, 0);

	if (state)
		take_over(state, sums);
	return 0;
}

/* Who only receives is never seen sending. */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(note_receiver, struct sock *sk, int length, int flags)
{
	return length > 0 && !(flags & MSG_PEEK) ? note_reader(sk, false) : 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(sum_receiver, struct sock *sk, int length, int flags)
{
	return length > 0 && !(flags & MSG_PEEK) ? note_reader(sk, true) : 0;
}

/* The same for TCP, on kernels before 6.3. */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(note_tcp_receiver, struct sock *sk)
{
	return note_reader(sk, false);
}

SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(sum_tcp_receiver, struct sock *sk)
{
	return note_reader(sk, true);
}

/* Once, at the start: who holds the sockets that are there already. */
SEC("iter/task_file")
int note_holders(struct bpf_iter__task_file *held)
{
	struct task_struct *const task = held->task;
	struct file *const file = held->file;
	struct socket_state *state;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket || !socket->sk)
		return 0;
	sk = socket->sk;
	state = bpf_sk_storage_get(
			&sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state || (state->owner.flags & TM_OWNER_MASK) == TM_OWNER_TASK)
		return 0;
	read_socket(&state->owner, sk);
	take(state, task);
	state->used_as = name_of(state);
	state->owner.flags |= TM_OLDER;
	return 0;
}
