/* The entry points. Two programs meter the sockets of a cgroup, one for each
 * direction and both families: an event for each packet, or (the sum_ ones) a
 * sum for each flow and interval. Two others (tm_tc_) meter the frames of an
 * interface. The rest note who does the I/O. They never drop a packet: the only
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

const volatile struct tm_settings settings SEC(".rodata.settings");

SEC("cgroup_skb/ingress")
int meter_in(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_IN, EVENTS);
}

SEC("cgroup_skb/egress")
int meter_out(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_OUT, EVENTS);
}

SEC("cgroup_skb/ingress")
int sum_in(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_IN, SUMS);
}

SEC("cgroup_skb/egress")
int sum_out(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_OUT, SUMS);
}

/* For a kernel that cannot be read, or without the right to. */
SEC("cgroup_skb/ingress")
int plain_in(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_IN, PLAIN);
}

SEC("cgroup_skb/egress")
int plain_out(struct __sk_buff *skb)
{
	return meter_packet(skb, TM_OUT, PLAIN);
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

static __always_inline int note_current(struct __sk_buff *skb, enum mode mode)
{
	struct bpf_sock *socket = skb->sk;

	if (socket)
		socket = bpf_sk_fullsock(socket);
	if (socket)
		note_sender_of(socket, mode);
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

SEC("cgroup/sock_create")
int note_maker(struct bpf_sock *socket)
{
	note_maker_of(socket);
	return PASS;
}

static __always_inline int note_length(
		struct sock *sk, int length, int flags, bool sums)
{
	if (length > 0 && !(flags & MSG_PEEK))
		note_reader_of(sk, sums);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(note_receiver, struct sock *sk, int length, int flags)
{
	return note_length(sk, length, flags, false);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(sum_receiver, struct sock *sk, int length, int flags)
{
	return note_length(sk, length, flags, true);
}

/* The same for TCP, on kernels before 6.3. */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(note_tcp_receiver, struct sock *sk)
{
	note_reader_of(sk, false);
	return 0;
}

SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(sum_tcp_receiver, struct sock *sk)
{
	note_reader_of(sk, true);
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
		note_holder_of(socket->sk, task);
	return 0;
}
