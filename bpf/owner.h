/* Finds the owner of a packet.
 *
 * The owner of a socket is the task that does its I/O: not who made the socket
 * (inetd, systemd), nor who accepted it (sshd). Packets also move when no task
 * runs on their behalf, so each I/O writes the task into the socket's storage,
 * and each packet is charged to whoever is found there.
 *
 *	the socket is made	note_maker_of()
 *	a task sends		remember_socket(), for frames note_sender_of()
 *	a task sent, receives	note_user_of()
 *	it was there before	note_holder_of(), else adopt_socket()
 *
 * Where nothing can be read, the user that the socket names is the owner. */
#ifndef TM_BPF_OWNER_H
#define TM_BPF_OWNER_H

#include "bpf/capture.h"
#include "bpf/flows.h"
#include "bpf/kernel.h"
#include "bpf/packet.h"
#include "bpf/socket.h"
#include "bpf/task.h"

#include <linux/bpf.h>
#include <linux/in.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FAMILY_PACKET 17

static __always_inline void read_socket(struct owner *owner, struct sock *sk)
{
	owner->socket_uid = BPF_CORE_READ(sk, sk_uid.val);
	owner->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* The current task has used the socket: data up to here is the owner's. */
static __always_inline void note_use(struct socket_state *state)
{
	if (settings.sums)
		note_io(state);
	if (!is_used(state))
		mark_used(state);
}

/* From here on the task owns the socket, including what nobody has read yet and
 * what came before any task used the socket. */
static __always_inline void take_over(
		struct socket_state *state, struct task_struct *task)
{
	const uint32_t generation = state->flow >> 32;
	struct flow *const flow = settings.sums ? holder_of(state) : NULL;

	write_owner(state, task);
	leave_flow(state, flow, generation);
	if (!is_used(state))
		mark_used(state);
}

static __always_inline void charge_task(
		struct socket_state *state, struct task_struct *task)
{
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		note_use(state);
	else
		take_over(state, task);
}

/* The current task does I/O. */
static __always_inline void charge_user(struct socket_state *state)
{
	if (is_owned_by(state, current_task()))
		note_use(state);
	else
		charge_task(state, (void *)bpf_get_current_task());
}

/* The current task may do I/O. */
static __always_inline void charge_sender(struct socket_state *state,
		struct bpf_sock *socket, struct task_struct *task)
{
	if (is_owned_by(state, task)) {
		note_use(state);
		return;
	}
	/* for the verifier, as a number */
	task = (void *)bpf_get_current_task();
	if (has_open((uint64_t)task, (uint64_t)kernel_sock(socket)))
		charge_task(state, task);
}

/* Until a task uses the socket, its maker is the owner. */
static __always_inline void note_maker_of(struct bpf_sock *socket)
{
	struct socket_state *const state = socket_state_made(socket);

	if (!state)
		return;
	read_socket(&state->owner, kernel_sock(socket));
	write_owner(state, (void *)bpf_get_current_task());
}

static __always_inline void note_user_of(struct sock *sk)
{
	struct socket_state *const state = socket_state(sk);

	if (state)
		charge_user(state);
}

/* A task that holds a socket which is older than the capture. */
static __always_inline void note_holder_of(
		struct sock *sk, struct task_struct *task)
{
	struct socket_state *const state = socket_state_made(sk);

	if (!state || (state->owner.flags & TM_OWNER_MASK) == TM_OWNER_TASK)
		return;
	read_socket(&state->owner, sk);
	write_owner(state, task);
	mark_used(state);
	state->owner.flags |= TM_OLDER;
}

/* The kernel's own sockets hold no reference to their namespace. */
static __always_inline bool is_of_user(struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(&sk->__sk_common, skc_net_refcnt);
}

/* Makes the state of a socket that is older than the capture and that no task
 * was found to hold. NULL for the kernel's own sockets, and when there is no
 * memory. */
static __always_inline struct socket_state *adopt_socket(
		struct bpf_sock *socket)
{
	struct sock *const sk = kernel_sock(socket);
	struct socket_state *state;

	if (!is_of_user(sk))
		return NULL;
	state = socket_state_made(socket);
	if (!state)
		return NULL;
	read_socket(&state->owner, sk);
	mark_used(state);
	state->owner.uid = state->owner.socket_uid;
	state->owner.flags = TM_OWNER_SOCKET | TM_OLDER;
	return state;
}

/* Whether a task holds the lock of the socket. */
static __always_inline bool is_locked(struct bpf_sock *socket)
{
	const struct sock *sk;

	if (!settings.reads_task || socket->protocol != IPPROTO_TCP)
		return BPF_CORE_READ(kernel_sock(socket), sk_lock.owned);
	sk = (const struct sock *)bpf_skc_to_tcp_sock(socket);
	return sk && sk->sk_lock.owned;
}

/* Whether the current task may be the one that sends. Segments of TCP and SCTP
 * that answer an acknowledgement or a timer leave during any task's time, but
 * then nobody holds the socket's lock. */
static __always_inline bool is_sent_by_current(struct bpf_sock *socket)
{
	if (socket->state == LISTEN)
		return false;
	switch (socket->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_SCTP:
		return is_locked(socket);
	default:
		return true;
	}
}

/* What is remembered of the socket; NULL = nothing. A packet leaves it, perhaps
 * sent by the current task, unless that is NULL. */
static __always_inline struct socket_state *remember_socket(
		struct bpf_sock *socket, struct task_struct *task)
{
	struct socket_state *state = socket_state(socket);

	if (!state)
		state = adopt_socket(socket);
	if (state && task && is_sent_by_current(socket))
		charge_sender(state, socket, task);
	return state;
}

/* Without the hook for it, a task that only receives is not known. */
static __always_inline bool knows_reader(const struct bpf_sock *socket)
{
	return settings.knows_reader ||
			(settings.knows_tcp_reader && socket->protocol == TCP);
}

static __always_inline void describe_remembered(const struct bpf_sock *socket,
		const struct socket_state *state, enum tm_direction direction,
		struct owner *owner)
{
	*owner = state->owner;
	if ((!is_used(state) && socket->state != LISTEN) ||
			(direction == TM_IN && !knows_reader(socket)))
		owner->flags |= TM_UNSURE;
	if (socket->type == SOCK_RAW)
		owner->flags |= TM_RAW;
}

/* The kernel's own sockets have no owner; another one lacks its state only when
 * there was no memory. */
static __always_inline void describe_unremembered(
		struct bpf_sock *socket, struct owner *owner)
{
	struct sock *const sk = kernel_sock(socket);

	read_socket(owner, sk);
	if (is_of_user(sk)) {
		owner->uid = owner->socket_uid;
		owner->flags = TM_OWNER_SOCKET | TM_UNSURE;
	}
}

static __always_inline void describe_owner(struct bpf_sock *socket,
		const struct socket_state *state, enum tm_direction direction,
		struct owner *owner)
{
	if (state)
		describe_remembered(socket, state, direction, owner);
	else
		describe_unremembered(socket, owner);
	if (socket->state == LISTEN)
		owner->flags |= TM_LISTENING;
}

/* Where nothing can be read: the user of the socket, as its own user namespace
 * numbers users. */
static __always_inline void ask_user(struct __sk_buff *skb, struct owner *owner)
{
	owner->uid = owner->socket_uid = bpf_get_socket_uid(skb);
	owner->flags = TM_OWNER_SOCKET | TM_UNSURE;
}

static __always_inline void find_owner(struct __sk_buff *skb,
		struct bpf_sock *socket, const struct socket_state *state,
		enum tm_direction direction, struct owner *owner)
{
	owner->uid = owner->socket_uid = TM_NOBODY;
	if (!socket)
		return;
	if (!READS_KERNEL)
		ask_user(skb, owner);
	else
		describe_owner(socket, state, direction, owner);
	if (!owner->cgroup_id)
		owner->cgroup_id = bpf_skb_cgroup_id(skb);
}

static __always_inline uint32_t netns_of(
		struct bpf_sock *socket, const struct socket_state *state)
{
	return state ? state->owner.netns
		     : BPF_CORE_READ(kernel_sock(socket),
				       __sk_common.skc_net.net, ns.inum);
}

/* The socket that sent a frame. For an answer to a connection that is not yet
 * accepted this is the listener. */
static __always_inline struct bpf_sock *frame_sender(struct __sk_buff *skb)
{
	struct bpf_sock *const socket = skb->sk;
	struct bpf_sock *full;

	if (!socket)
		return NULL;
	full = bpf_sk_fullsock(socket);
	return full ? full : bpf_get_listener_sock(socket);
}

/* The socket that waits for a frame; the caller releases it. skb->sk is no use
 * here: in a frame from this same host it is still the sender's. */
static __always_inline struct bpf_sock *frame_receiver(
		struct __sk_buff *skb, const struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	uint32_t size;

	if (packet->flags & TM_MULTICAST || !packet->destination_port)
		return NULL;
	if (packet->is_ipv4) {
		size = sizeof(tuple.ipv4);
		tuple.ipv4.saddr = packet->source[3];
		tuple.ipv4.daddr = packet->destination[3];
		tuple.ipv4.sport = bpf_htons(packet->source_port);
		tuple.ipv4.dport = bpf_htons(packet->destination_port);
	} else {
		size = sizeof(tuple.ipv6);
		__builtin_memcpy(tuple.ipv6.saddr, packet->source, 16);
		__builtin_memcpy(tuple.ipv6.daddr, packet->destination, 16);
		tuple.ipv6.sport = bpf_htons(packet->source_port);
		tuple.ipv6.dport = bpf_htons(packet->destination_port);
	}
	if (packet->protocol == TCP)
		return bpf_sk_lookup_tcp(
				skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (packet->protocol == UDP)
		return bpf_sk_lookup_udp(
				skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	return NULL;
}

/* Whether the socket is bound to this very address, which is therefore the
 * host's own. One that takes any address is also found for the packets of other
 * hosts. */
static __always_inline bool has_destination(
		const struct bpf_sock *found, const struct packet *packet)
{
	/* volatile for the verifier: each field is read where it stands */
	const volatile struct bpf_sock *const socket = found;
	const uint32_t ipv4 = socket->src_ip4;
	const uint32_t ipv6[4] = { socket->src_ip6[0], socket->src_ip6[1],
		socket->src_ip6[2], socket->src_ip6[3] };

	if (packet->is_ipv4)
		return ipv4 == packet->destination[3];
	return is_same_address(ipv6, packet->destination);
}

/* Where nothing can be read, a frame that comes in does not name a user: the
 * socket has one from what it sent before. */
static __always_inline void ask_frame_user(struct __sk_buff *skb,
		struct bpf_sock *socket, enum tm_direction direction,
		struct owner *owner)
{
	struct socket_state *state;

	if (direction == TM_IN) {
		state = socket_state(socket);
		if (state)
			*owner = state->owner;
		return;
	}
	state = socket_state_made(socket);
	ask_user(skb, owner);
	if (state)
		state->owner = *owner;
}

/* When the programs of an interface run, the current task need not be the
 * sender: a frame may have waited for a neighbour or in another interface's
 * queue. So the sender is noted before, where the packet leaves its socket. */
static __always_inline void note_sender_of(struct bpf_sock *socket)
{
	remember_socket(socket, current_task());
}

/* A packet socket has no such hook, and does send from its task. */
static __always_inline struct socket_state *remember_frame_socket(
		struct bpf_sock *socket, enum tm_direction direction)
{
	return remember_socket(socket,
			direction == TM_OUT && socket->family == FAMILY_PACKET
					? current_task()
					: NULL);
}

static __always_inline void find_frame_owner(struct __sk_buff *skb,
		struct bpf_sock *socket, const struct socket_state *state,
		enum tm_direction direction, struct owner *owner)
{
	owner->uid = owner->socket_uid = TM_NOBODY;
	if (socket && !READS_KERNEL)
		ask_frame_user(skb, socket, direction, owner);
	else if (socket)
		describe_owner(socket, state, direction, owner);
	if (direction == TM_OUT && !owner->cgroup_id)
		owner->cgroup_id = bpf_skb_cgroup_id(skb);
	owner->netns = settings.netns;
}

#endif
