/* What goes to user space: the ring of events, and counters of what was seen,
 * excluded and lost. */
#ifndef TM_BPF_RING_H
#define TM_BPF_RING_H

#include "bpf/capture.h"
#include "bpf/packet.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, uint32_t);
	__type(value, struct counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LOST_OWNERS);
	__type(key, struct lost_key);
	__type(value, struct tm_amount);
} lost SEC(".maps");

/* 0 or 1 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, uint32_t);
} lost_turn SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, CARRIERS);
	__type(key, uint32_t);
	__type(value, struct carrier);
} carriers SEC(".maps");

static __always_inline void count_packet(
		struct tm_amount *amount, const struct packet *packet)
{
	__sync_fetch_and_add(&amount->packets, packet->packets);
	__sync_fetch_and_add(&amount->bytes, packet->bytes);
}

static __always_inline struct counted *counted_of(enum tm_direction direction)
{
	const uint32_t cpu = bpf_get_smp_processor_id() & settings.cpu_mask;
	struct counters *mine = bpf_map_lookup_elem(&counters, &cpu);

	return mine ? &mine->counted[direction] : NULL;
}

static __always_inline struct carrier *new_carrier(uint32_t ifindex)
{
	const uint32_t none = NO_CARRIER;
	const struct carrier nothing = {};
	struct carrier *carrier;

	bpf_map_update_elem(&carriers, &ifindex, &nothing, BPF_NOEXIST);
	carrier = bpf_map_lookup_elem(&carriers, &ifindex);
	return carrier ? carrier : bpf_map_lookup_elem(&carriers, &none);
}

/* Counts what sockets moved over the interface. tm-capture subtracts it from
 * the interface's own counters. */
static __always_inline void count_carried(
		enum tm_direction direction, const struct packet *packet)
{
	const uint32_t ifindex = packet->ifindex;
	struct carrier *carrier;

	if (packet->flags & TM_COPY)
		return;
	carrier = bpf_map_lookup_elem(&carriers, &ifindex);
	if (!carrier)
		carrier = new_carrier(ifindex);
	if (!carrier)
		return;
	count_packet(&carrier->moved[direction], packet);
	if (packet->segments.packets) {
		__sync_fetch_and_add(&carrier->segments[direction].packets,
				packet->segments.packets);
		__sync_fetch_and_add(&carrier->segments[direction].bytes,
				packet->segments.bytes);
	}
}

static __always_inline void count_lost(struct counted *mine,
		enum tm_direction direction, const struct owner *owner,
		const struct packet *packet)
{
	const uint32_t zero = 0;
	const uint32_t *const turn = bpf_map_lookup_elem(&lost_turn, &zero);
	const uint64_t key = owner->uid | (uint64_t)direction << 32 |
			(uint64_t)(turn ? *turn & 1 : 0) << 48;
	struct tm_amount *amount = bpf_map_lookup_elem(&lost, &key);

	count_packet(&mine->lost, packet);
	if (!amount) {
		const struct tm_amount none = {};

		bpf_map_update_elem(&lost, &key, &none, BPF_NOEXIST);
		amount = bpf_map_lookup_elem(&lost, &key);
	}
	count_packet(amount ? amount : &mine->overflow, packet);
}

/* Wakes the reader only when the fill of the ring crosses a multiple of
 * wake_bytes; it also looks by itself, after a timeout. */
static __always_inline uint64_t ring_wakeup(uint64_t held)
{
	const uint64_t after = held + sizeof(struct tm_event) + 8;

	return (held ^ after) >= settings.wake_bytes ? BPF_RB_FORCE_WAKEUP
						     : BPF_RB_NO_WAKEUP;
}

static __always_inline void fill_event(struct tm_event *event,
		enum tm_direction direction, const struct packet *packet,
		const struct owner *owner)
{
	event->magic = TM_MAGIC;
	event->kind = TM_TRAFFIC;
	event->direction = direction;
	event->protocol = packet->protocol;
	event->tcp_flags = packet->tcp_flags;
	event->bytes = packet->bytes;
	event->packets = packet->packets;
	event->uid = owner->uid;
	event->pid = owner->pid;
	event->source_port = packet->source_port;
	event->destination_port = packet->destination_port;
	event->flags = packet->flags | owner->flags;
	event->ifindex = packet->ifindex;
	event->span = packet->span;
	__builtin_memcpy(event->source, packet->source, 16);
	__builtin_memcpy(event->destination, packet->destination, 16);
	__builtin_memcpy(event->process, owner->comm, sizeof(event->process));
	event->cgroup_id = owner->cgroup_id;
	event->total_in = owner->identity; /* tm-capture takes it out */
	event->total_out = 0;
	event->socket_uid = owner->socket_uid;
	event->netns = owner->netns;
}

/* Writes an event, or counts it as lost. */
static __always_inline void record_event(struct counted *mine,
		enum tm_direction direction, const struct owner *owner,
		const struct packet *packet)
{
	const uint64_t held = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);
	struct tm_event *const event =
			bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_lost(mine, direction, owner, packet);
		return;
	}
	/* after the reserve, so that the ring is nearly in order of time */
	event->time_ns = bpf_ktime_get_boot_ns();
	fill_event(event, direction, packet, owner);
	bpf_ringbuf_submit(event, ring_wakeup(held));
}

#endif
