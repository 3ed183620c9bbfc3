/* Two programs meter the sockets of a cgroup, one for each direction and both
 * families. They never drop a packet: the only return value is 1. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/capture.h"
#include "bpf/exclude.h"
#include "bpf/owner.h"
#include "bpf/packet.h"

#define PASS 1

char LICENSE[] SEC("license") = "GPL";

const volatile struct tm_settings settings SEC(".rodata.settings");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, uint32_t);
	__type(value, struct tm_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TM_LOST_OWNERS);
	__type(key, struct tm_lost_key);
	__type(value, struct tm_amount);
} lost SEC(".maps");

static __always_inline void add(
	struct tm_amount *amount, const struct packet *packet)
{
	__sync_fetch_and_add(&amount->packets, packet->packets);
	__sync_fetch_and_add(&amount->bytes, packet->bytes);
}

static __always_inline struct tm_counted *counted(enum tm_direction direction)
{
	const uint32_t cpu = bpf_get_smp_processor_id() & settings.cpu_mask;
	struct tm_counters *mine = bpf_map_lookup_elem(&counters, &cpu);

	return mine ? &mine->counted[direction] : NULL;
}

/* On a kernel that lets nothing be read: the user of the socket, as seen from
 * its own user namespace. */
static __always_inline void ask_socket(
	struct __sk_buff *skb, struct owner *owner)
{
	owner->uid = owner->socket_uid = bpf_get_socket_uid(skb);
	owner->flags = TM_OWNER_SOCKET | TM_UNSURE;
}

/* The owner, and what else is remembered of the socket, NULL = nothing. */
static __always_inline struct socket_state *find_owner(
	struct __sk_buff *skb, enum tm_direction direction, struct owner *owner)
{
	struct bpf_sock *socket = skb->sk;
	struct socket_state *state;
	struct sock *sk;

	owner->uid = owner->socket_uid = TM_NOBODY;
	if (!socket)
		return NULL;
	socket = bpf_sk_fullsock(socket);
	if (!socket)
		return NULL;
	if (!settings.knows_task) {
		ask_socket(skb, owner);
		owner->cgroup_id = bpf_skb_cgroup_id(skb);
		return NULL;
	}
	sk = as_kernel_sees(socket);
	state = bpf_sk_storage_get(&sockets, socket, NULL, 0);
	if (!state)
		state = adopt(socket, sk);
	if (state) {
		if (direction == TM_OUT && is_sent_by_current(socket, sk))
			take_current(&state->owner);
		*owner = state->owner;
	} else {
		read_socket(owner, sk);
		if (is_of_user(sk)) {
			owner->uid = owner->socket_uid;
			owner->flags = TM_OWNER_SOCKET | TM_UNSURE;
		}
	}
	if (!owner->cgroup_id)
		owner->cgroup_id = bpf_skb_cgroup_id(skb);
	if (socket->state == LISTEN)
		owner->flags |= TM_LISTENING;
	return state;
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
			(!netns || settings.interfaces[i].netns == netns))
			return i < settings.interface_count;
	}
	return false;
}

static __always_inline void count_lost(struct tm_counted *mine,
	enum tm_direction direction, const struct owner *owner,
	const struct packet *packet)
{
	const struct tm_lost_key key = {owner->uid, direction};
	struct tm_amount *amount = bpf_map_lookup_elem(&lost, &key);

	add(&mine->lost, packet);
	if (!amount) {
		const struct tm_amount none = {};

		bpf_map_update_elem(&lost, &key, &none, BPF_NOEXIST);
		amount = bpf_map_lookup_elem(&lost, &key);
	}
	add(amount ? amount : &mine->overflow, packet);
}

/* The reader sleeps until a good load has come, or for as long as it likes. */
static __always_inline uint64_t wakeup(uint64_t held)
{
	const uint64_t after = held + sizeof(struct tm_event) + 8;

	return held / TM_WAKE_BYTES != after / TM_WAKE_BYTES
		       ? BPF_RB_FORCE_WAKEUP
		       : BPF_RB_NO_WAKEUP;
}

static __always_inline void fill(struct tm_event *event,
	const struct packet *packet, const struct owner *owner)
{
	event->magic = TM_MAGIC;
	event->kind = TM_TRAFFIC;
	event->protocol = packet->protocol;
	event->tcp_flags = packet->tcp_flags;
	event->bytes = packet->bytes;
	event->packets = packet->packets;
	event->uid = owner->uid;
	event->pid = owner->pid;
	event->source_port = packet->source_port;
	event->destination_port = packet->destination_port;
	event->flags = packet->flags | owner->flags;
	event->span = 0;
	__builtin_memcpy(event->source, packet->source, 16);
	__builtin_memcpy(event->destination, packet->destination, 16);
	__builtin_memcpy(event->comm, owner->comm, sizeof(event->comm));
	event->cgroup_id = owner->cgroup_id;
	event->total_in = 0;
	event->total_out = 0;
	event->socket_uid = owner->socket_uid;
	event->netns = owner->netns;
}

static __always_inline int meter(
	struct __sk_buff *skb, enum tm_direction direction)
{
	struct tm_counted *mine = counted(direction);
	struct packet packet = {};
	struct owner owner = {};
	struct socket_state *state;
	struct tm_event *event;
	uint64_t held;

	if (!mine)
		return PASS;
	state = find_owner(skb, direction, &owner);
	if (!is_in_scope(skb, owner.netns))
		return PASS;
	read_packet(skb, &packet);
	add(&mine->seen, &packet);
	if (settings.excludes && is_excluded(skb, state, &packet)) {
		add(&mine->excluded, &packet);
		return PASS;
	}

	held = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_lost(mine, direction, &owner, &packet);
		return PASS;
	}
	/* after the reserve, so that the ring is nearly in time order */
	event->time_ns = bpf_ktime_get_boot_ns();
	event->direction = direction;
	event->ifindex = skb->ifindex;
	fill(event, &packet, &owner);
	bpf_ringbuf_submit(event, wakeup(held));
	return PASS;
}

SEC("cgroup_skb/ingress")
int meter_in(struct __sk_buff *skb)
{
	return meter(skb, TM_IN);
}

SEC("cgroup_skb/egress")
int meter_out(struct __sk_buff *skb)
{
	return meter(skb, TM_OUT);
}

/* The first owner of a socket is who makes it. */
SEC("cgroup/sock_create")
int note_maker(struct bpf_sock *socket)
{
	struct socket_state *state = bpf_sk_storage_get(
		&sockets, socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (state) {
		read_socket(&state->owner, as_kernel_sees(socket));
		take_current(&state->owner);
	}
	return PASS;
}

/* Who only receives is never seen sending. */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(note_receiver, struct sock *sk, int length, int flags)
{
	struct socket_state *state;

	if (length <= 0 || flags & MSG_PEEK)
		return 0;
	state = bpf_sk_storage_get(&sockets, sk, NULL, 0);
	if (state)
		take_current(&state->owner);
	return 0;
}

/* The same for TCP, on kernels before 6.3. */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(note_tcp_receiver, struct sock *sk)
{
	struct socket_state *const state =
		bpf_sk_storage_get(&sockets, sk, NULL, 0);

	if (state)
		take_current(&state->owner);
	return 0;
}

/* Once, at the start: who holds the sockets that are there already. */
SEC("iter/task_file")
int note_holders(struct bpf_iter__task_file *held)
{
	struct task_struct *const task = held->task;
	struct file *const file = held->file;
	struct socket *socket;
	struct socket_state *state;
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
	take(&state->owner, task, 0);
	state->owner.flags |= TM_OLDER;
	return 0;
}
