/* The entry points. Two programs meter the sockets of a cgroup, one for each
 * direction and both families; two others (tm_tc_) the frames of an interface.
 * The rest note who does the I/O. What they write, events or sums, and what
 * they read of the kernel are settings. They never drop a packet: the only
 * return values are 1, and on an interface -1. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/capture.h"
#include "bpf/kernel.h"
#include "bpf/meter.h"
#include "bpf/owner.h"

#define MSG_PEEK 2

char LICENSE[] SEC("license") = "GPL";

const volatile struct settings settings SEC(".rodata.settings");

/* Loaded first: a kernel that refuses a setting does so here, before it has
 * verified the other direction in vain. */
SEC("cgroup_skb/egress")
int meter_out(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_OUT);
}

SEC("cgroup_skb/ingress")
int meter_in(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_IN);
}

/* tm-capture --detach and tm-doctor know what was left behind by these names.
 */
SEC("tc")
int tm_tc_in(struct __sk_buff *skb)
{
	return frame_in(skb);
}

SEC("tc")
int tm_tc_out(struct __sk_buff *skb)
{
	return frame_out(skb);
}

#ifndef PLAIN

SEC("cgroup_skb/egress")
int note_sender(struct __sk_buff *skb)
{
	struct bpf_sock *socket = skb->sk;

	if (socket)
		socket = bpf_sk_fullsock(socket);
	if (socket)
		note_sender_of(socket);
	return PASS;
}

SEC("cgroup/sock_create")
int note_maker(struct bpf_sock *socket)
{
	note_maker_of(socket);
	return PASS;
}

/* A datagram may be empty; of a stream, 0 is the end. */
static __always_inline bool moves_data(const struct sock *sk, int length)
{
	return length > 0 ||
			(!length && sk->sk_type != SOCK_STREAM &&
					sk->sk_type != SOCK_SEQPACKET);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(note_receiver, struct sock *sk, int length, int flags)
{
	if (moves_data(sk, length) && !(flags & MSG_PEEK))
		note_user_of(sk);
	return 0;
}

/* Attached where packets may wait for another program, so that a sender's own
 * task does not run when they leave. */
SEC("tp_btf/sock_send_length")
int BPF_PROG(note_sent, struct sock *sk, int length)
{
	if (moves_data(sk, length))
		note_user_of(sk);
	return 0;
}

/* The same as note_receiver for TCP, on kernels before 6.3. */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(note_tcp_receiver, struct sock *sk)
{
	note_user_of(sk);
	return 0;
}

/* Runs once, at the start. */
SEC("iter/task_file")
int note_holders(struct bpf_iter__task_file *held)
{
	struct task_struct *const task = held->task;
	struct file *const file = held->file;
	struct socket *socket;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (socket && socket->sk)
		note_holder_of(socket->sk, kernel_task(task));
	return 0;
}

#endif
