#include <string.h>

#include "flow-sums.h"

#define SPAN_NS 10000000 /* the unit of a record's span */

void flow_sums_pass_on(struct flow_table *flows)
{
	flows->reader->summed(flows->reader->context, flows->block,
			flows->block_count);
	flows->block_count = 0;
}

static struct tm_amount load_amount(const struct tm_amount *amount)
{
	return (struct tm_amount){
		.packets = __atomic_load_n(&amount->packets, __ATOMIC_RELAXED),
		.bytes = __atomic_load_n(&amount->bytes, __ATOMIC_RELAXED),
	};
}

/* What was added since. If a program has added packets but not yet bytes, the
 * next reading gets it. */
static struct tm_amount flow_added(const struct flow_table *flows,
		const struct tm_amount *all, const struct tm_amount *before)
{
	const struct tm_amount now = load_amount(all);
	const struct tm_amount more = tm_amount_difference(&now, before);

	if (flows->reading == LAST || (more.packets && more.bytes))
		return more;
	return (struct tm_amount){ 0 };
}

/* When the first packet of the sum arrived. A packet that arrives during the
 * reading may have advanced it to the next interval. */
static uint64_t flow_begin(
		const struct flow_table *flows, const struct moved *moved)
{
	return moved->epoch == flows->epoch ? moved->since_ns : flows->begun_ns;
}

static uint16_t flow_span(const struct flow_table *flows, uint64_t since_ns)
{
	const uint64_t span = since_ns < flows->now_ns
			? (flows->now_ns - since_ns) / SPAN_NS
			: 0;

	return span < UINT16_MAX ? span + 1 : UINT16_MAX;
}

static struct tm_event *flow_event(struct flow_table *flows,
		const struct flow *flow, const struct owner *owner,
		enum tm_direction direction)
{
	const bool is_out = direction == TM_OUT;
	const struct moved *const moved = is_out ? &flow->out : &flow->in;
	struct tm_event *event;

	if (flows->block_count == FLOW_TABLE_BLOCK)
		flow_sums_pass_on(flows);
	event = &flows->block[flows->block_count++];
	*event = (struct tm_event){
		.magic = TM_MAGIC,
		.kind = TM_TRAFFIC,
		.direction = direction,
		.protocol = flow->ends.protocol,
		.tcp_flags = moved->tcp_flags,
		.time_ns = flows->now_ns,
		.uid = owner->uid,
		.pid = owner->pid,
		.ifindex = flow->ends.ifindex,
		.source_port = is_out ? flow->ends.local_port
				      : flow->ends.remote_port,
		.destination_port = is_out ? flow->ends.remote_port
					   : flow->ends.local_port,
		.flags = flow->flags | owner->flags |
				(is_out ? 0 : flow->ends.copy),
		.cgroup_id = owner->cgroup_id,
		.total_in = owner->identity, /* as in the programs' events */
		.socket_uid = owner->socket_uid,
		.netns = owner->netns,
	};
	memcpy(event->source, is_out ? flow->ends.local : flow->ends.remote,
			16);
	memcpy(event->destination,
			is_out ? flow->ends.remote : flow->ends.local, 16);
	memcpy(event->process, owner->comm, sizeof(event->process));
	return event;
}

/* A record holds 32 bits of packets; a larger sum needs several. */
static void write_sum(struct flow_table *flows, const struct flow *flow,
		const struct owner *owner, enum tm_direction direction,
		const struct tm_amount *amount, uint16_t flags,
		uint64_t since_ns)
{
	struct tm_amount left = *amount;

	while (tm_amount_is_some(&left)) {
		struct tm_event *const event =
				flow_event(flows, flow, owner, direction);
		const bool fits = left.packets <= UINT32_MAX;

		event->flags |= flags;
		event->span = flow_span(flows, since_ns);
		event->packets = fits ? left.packets : UINT32_MAX;
		event->bytes = fits ? left.bytes
				    : left.bytes / left.packets * UINT32_MAX;
		left.packets -= event->packets;
		left.bytes -= event->bytes;
	}
}

/* The owner of the socket and the process that used it afterwards. */
struct people {
	const struct owner *owner;
	const struct owner *heir; /* NULL = none */
	uint32_t io;
	bool is_used; /* the owner did not only create it */
};

static struct people flow_people(
		const struct flow_table *flows, const struct written *written)
{
	const struct flow *const holder = &flows->slots[written->holder];
	const uint32_t generation = flows->written[written->holder].generation;
	const bool has_heir = slot_load(&holder->has_heir) == generation;
	const uint32_t io = slot_load(&holder->io);

	return (struct people){
		.owner = &holder->owner,
		.heir = has_heir ? &holder->heir : NULL,
		.io = io,
		.is_used = holder->is_used || io != holder->io_before,
	};
}

/* The data that arrived before the owner's last I/O. Programs note that amount
 * with the next data, because one I/O may settle any number of flows. */
static struct tm_amount flow_settled(const struct flow *flow,
		const struct tm_amount *data, uint32_t io)
{
	return slot_load(&flow->seen_io) != io ? *data
					       : load_amount(&flow->settled);
}

static struct tm_amount amount_least(
		const struct tm_amount *a, const struct tm_amount *b)
{
	return (struct tm_amount){
		.packets = a->packets < b->packets ? a->packets : b->packets,
		.bytes = a->bytes < b->bytes ? a->bytes : b->bytes,
	};
}

static bool amount_is_ahead(
		const struct tm_amount *amount, const struct tm_amount *before)
{
	return amount->bytes > before->bytes &&
			amount->packets > before->packets;
}

/* Unread data waits from the end of one interval to the end of the next. Then
 * it is charged to the owner, flagged unsure. */
static bool is_overdue(struct flow_table *flows, struct written *written,
		const struct flow *flow, uint32_t io)
{
	if (flows->reading == LAST || written->state == ENDED)
		return true;
	if (flows->reading != DUE)
		return false;
	if (written->is_waiting && written->unread_io == io)
		return true;
	written->unread_since_ns = flow_begin(flows, &flow->in);
	written->unread_io = io;
	written->is_waiting = true;
	return false;
}

static void write_unread(struct flow_table *flows, const struct flow *flow,
		struct written *written, const struct people *people,
		const struct tm_amount *data)
{
	const struct tm_amount unread =
			tm_amount_difference(data, &written->data);
	const uint64_t since_ns = written->is_waiting
			? written->unread_since_ns
			: flow_begin(flows, &flow->in);

	if (!tm_amount_is_some(&unread)) {
		written->is_waiting = false;
		return;
	}
	if (!people->heir && !is_overdue(flows, written, flow, people->io))
		return;
	written->data = *data;
	written->is_waiting = false;
	write_sum(flows, flow, people->heir ? people->heir : people->owner,
			TM_IN, &unread, people->heir ? 0 : TM_UNSURE, since_ns);
}

void flow_sums_write(struct flow_table *flows, const struct flow *flow,
		struct written *written)
{
	const struct people people = flow_people(flows, written);
	const bool is_heirs = people.heir && !people.is_used;
	const struct owner *const owner = is_heirs ? people.heir : people.owner;
	const uint16_t flags = people.is_used || is_heirs ? 0 : TM_UNSURE;
	const struct tm_amount more_data =
			flow_added(flows, &flow->data, &written->data);
	const struct tm_amount out =
			flow_added(flows, &flow->out.all, &written->out);
	const struct tm_amount pure =
			flow_added(flows, &flow->in.all, &written->in);
	struct tm_amount in = pure, data = written->data, settled;

	tm_amount_add(&written->out, &out);
	write_sum(flows, flow, owner, TM_OUT, &out, flags,
			flow_begin(flows, &flow->out));
	tm_amount_add(&written->in, &pure);
	tm_amount_add(&data, &more_data);
	settled = flow_settled(flow, &data, people.io);
	settled = amount_least(&settled, &data);
	if (amount_is_ahead(&settled, &written->data)) {
		const struct tm_amount read =
				tm_amount_difference(&settled, &written->data);

		tm_amount_add(&in, &read);
		written->data = settled;
	}
	write_sum(flows, flow, owner, TM_IN, &in, flags,
			written->is_waiting ? written->unread_since_ns
					    : flow_begin(flows, &flow->in));
	write_unread(flows, flow, written, &people, &data);
}

void flow_sums_write_late(struct flow_table *flows)
{
	for (uint32_t slot = 0; slot < flows->size; slot++) {
		const struct flow *const flow = &flows->slots[slot];
		struct written *const written = &flows->written[slot];
		const struct tm_amount out = flow_added(
				flows, &flow->out.all, &written->out);
		const struct tm_amount data =
				flow_added(flows, &flow->data, &written->data);
		struct tm_amount in =
				flow_added(flows, &flow->in.all, &written->in);

		tm_amount_add(&in, &data);
		write_sum(flows, flow, &flow->owner, TM_OUT, &out, TM_UNSURE,
				flows->begun_ns);
		write_sum(flows, flow, &flow->owner, TM_IN, &in, TM_UNSURE,
				flows->begun_ns);
	}
	flow_sums_pass_on(flows);
}
