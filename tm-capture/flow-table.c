#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "common/record/amount.h"
#include "flow-table.h"

#define OFTEN_NS                                                               \
	UINT64_C(100000000) /* between two readings if few slots are free */
#define SELDOM_NS UINT64_C(1000000000) /* otherwise */
#define IDLE_NS                                                                \
	UINT64_C(10000000000) /* and then a flow without traffic for so long   \
				 is over */
#define SPAN_NS 10000000      /* the unit of a record's span */

/* What user space knows of a slot. The amounts that were written are
 * cumulative, like those of the slot, and continue when the slot gets a new
 * flow. */
struct written {
	struct tm_amount in, data, out;
	uint64_t packets;   /* of the slot, at the last reading */
	uint64_t active_ns; /* when packets last changed */
	uint64_t unread_since_ns;
	uint32_t unread_io; /* the owner's I/O when the data began to wait */
	uint32_t generation;
	uint32_t holder; /* the slot whose owner, heir and I/O are this one's */
	uint32_t held;	 /* other flows whose holder is this one */
	bool is_waiting; /* unread data waits for its reader */
	enum { TAKEN, OPEN, ENDED } state;
};

struct flow_table {
	const struct programs *programs;
	struct flow *slots;
	struct flow_control *control;
	uint64_t *ring;
	size_t sizes[3]; /* of the three mappings */
	struct written *written;
	uint32_t *used; /* slots that were taken */
	uint32_t used_count;
	uint32_t size;
	uint32_t seen;	   /* slots taken, at the last reading */
	uint32_t returned; /* to the ring; offered at the next reading */
	uint64_t every_ns;
	uint64_t due_ns;
	uint64_t begun_ns; /* the interval */
	uint64_t read_ns;  /* the last reading */

	/* of the current reading */
	const struct flow_table_reader *reader;
	enum { OVER, DUE, LAST } reading;
	uint32_t epoch; /* whose sums are read */
	uint64_t now_ns;
	struct tm_event block[FLOW_TABLE_BLOCK];
	size_t block_count;
};

static void *flow_table_map(const struct programs *programs, const char *name,
		size_t wanted, size_t *size)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	void *memory;

	*size = (wanted + page - 1) / page * page;
	memory = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED,
			programs_map(programs, name), 0);
	return memory == MAP_FAILED ? NULL : memory;
}

/* Programs take slots once this token is in the map. */
static int flow_table_enable(const struct programs *programs)
{
	const uint32_t token = 0;

	return bpf_map_update_elem(programs_map(programs, "flow_turn"), NULL,
			&token, BPF_ANY);
}

static void flow_table_offer_all(struct flow_table *flows)
{
	flows->control->mask = flows->size - 1;
	flows->control->epoch =
			1; /* differs from the epoch of an unused slot */
	for (uint32_t i = 0; i < flows->size; i++) {
		flows->slots[i].generation = flows->written[i].generation = 1;
		flows->ring[i] = i;
	}
	flows->returned = flows->control->given = flows->size;
}

struct flow_table *flow_table_new(const struct programs *programs,
		uint64_t every_ns, uint64_t now_ns)
{
	const uint32_t size = programs->flows;
	struct flow_table *const flows = calloc(1, sizeof(*flows));

	if (!flows)
		return NULL;
	flows->programs = programs;
	flows->size = size;
	flows->every_ns = every_ns;
	flows->begun_ns = flows->read_ns = now_ns;
	flows->due_ns = now_ns + every_ns;
	flows->written = calloc(size, sizeof(*flows->written));
	flows->used = calloc(size, sizeof(*flows->used));
	flows->slots = flow_table_map(programs, "flows",
			size * sizeof(*flows->slots), &flows->sizes[0]);
	flows->control = flow_table_map(programs, "flow_control",
			sizeof(*flows->control), &flows->sizes[1]);
	flows->ring = flow_table_map(programs, "free_flows",
			size * sizeof(*flows->ring), &flows->sizes[2]);
	if (!flows->written || !flows->used || !flows->slots ||
			!flows->control || !flows->ring) {
		flow_table_free(flows);
		return NULL;
	}
	flow_table_offer_all(flows);
	if (flow_table_enable(programs)) {
		flow_table_free(flows);
		return NULL;
	}
	return flows;
}

static uint32_t load_number(const uint32_t *number)
{
	return __atomic_load_n(number, __ATOMIC_ACQUIRE);
}

static uint32_t free_slot_count(const struct flow_table *flows)
{
	return flows->control->given - load_number(&flows->control->taken);
}

/* If so, flows end as soon as they are idle. */
static bool is_scarce(const struct flow_table *flows)
{
	return free_slot_count(flows) < flows->size / 2;
}

static void flow_table_hand_out(struct flow_table *flows)
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
		flow_table_hand_out(flows);
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
	const bool has_heir = load_number(&holder->has_heir) == generation;
	const uint32_t io = load_number(&holder->io);

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
	return load_number(&flow->seen_io) != io ? *data
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

static void write_flow(struct flow_table *flows, const struct flow *flow,
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

/* A taken slot whose identity is complete becomes an open flow. */
static void open_flow(struct flow_table *flows, uint32_t slot)
{
	const struct flow *const flow = &flows->slots[slot];
	struct written *const written = &flows->written[slot];
	struct tm_event event;

	if (load_number(&flow->is_ready) != written->generation)
		return;
	written->holder = (uint32_t)flow->holder;
	if (written->holder != slot)
		flows->written[written->holder].held++;
	written->state = OPEN;
	written->is_waiting = false;
	written->active_ns = flows->now_ns;
	event = (struct tm_event){
		.time_ns = flows->now_ns,
		.uid = flows->slots[written->holder].owner.uid,
		.cgroup_id = flows->slots[written->holder].owner.cgroup_id,
		.netns = flows->slots[written->holder].owner.netns,
		.ifindex = flow->ends.ifindex,
	};
	flows->reader->found(flows->reader->context, &event);
}

static void end_flow(struct flow *flow, struct written *written)
{
	written->state = ENDED;
	__atomic_store_n(&flow->generation, written->generation + 1,
			__ATOMIC_RELEASE);
}

static bool has_unread(const struct flow_table *flows, const struct flow *flow,
		const struct written *written)
{
	const uint64_t data = flow->data.packets;

	return data != written->data.packets && data != flow->settled.packets &&
			load_number(&flow->seen_io) ==
			load_number(&flows->slots[written->holder].io);
}

/* Whether the flow has ended or been idle for long. */
static bool is_over(struct flow_table *flows, const struct flow *flow,
		struct written *written)
{
	const struct written *const holder = &flows->written[written->holder];
	const uint64_t packets = flow->in.all.packets + flow->data.packets +
			flow->out.all.packets;
	const uint64_t idle_ns =
			IDLE_NS > flows->every_ns ? IDLE_NS : flows->every_ns;

	if (packets != written->packets) {
		written->packets = packets;
		written->active_ns = flows->now_ns;
	}
	if (written->held)
		return false;
	if (load_number(&flows->slots[written->holder].has_heir) ==
			holder->generation)
		return true;
	return flows->now_ns > written->active_ns &&
			!has_unread(flows, flow, written) &&
			(is_scarce(flows) ||
					flows->now_ns - written->active_ns >=
							idle_ns);
}

/* Gives the slot back. It is offered at the next reading, when every CPU sees
 * its number in the ring. */
static void return_slot(struct flow_table *flows, uint32_t slot)
{
	struct written *const written = &flows->written[slot];

	if (written->holder != slot)
		flows->written[written->holder].held--;
	written->generation++;
	written->state = TAKEN;
	flows->ring[flows->returned++ & flows->control->mask] = slot;
}

/* Reads a slot that was taken; false when it is free again. A flow that has
 * ended is read once more, because programs that saw it open may have added. */
static bool read_slot(struct flow_table *flows, uint32_t slot)
{
	struct flow *const flow = &flows->slots[slot];
	struct written *const written = &flows->written[slot];

	if (written->state == TAKEN) {
		open_flow(flows, slot);
		return true;
	}
	if (written->state == ENDED) {
		write_flow(flows, flow, written);
		if (written->held)
			return true;
		return_slot(flows, slot);
		return false;
	}
	if (is_over(flows, flow, written)) {
		write_flow(flows, flow, written);
		end_flow(flow, written);
	} else if (flows->reading != OVER) {
		write_flow(flows, flow, written);
	}
	return true;
}

/* Opens all new flows before any slot is read, so that no holder is given back
 * while a new flow refers to it. */
static void open_taken(struct flow_table *flows)
{
	const uint32_t taken = load_number(&flows->control->taken);
	uint32_t slot;

	for (; flows->seen != taken; flows->seen++) {
		slot = flows->ring[flows->seen & flows->control->mask];
		flows->used[flows->used_count++] = slot;
		open_flow(flows, slot);
	}
}

static void flow_table_read_all(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader)
{
	uint32_t kept = 0;

	flows->now_ns = now_ns;
	flows->reader = reader;
	flows->epoch = flows->control->epoch;
	if (flows->reading == DUE)
		__atomic_store_n(&flows->control->epoch, flows->epoch + 1,
				__ATOMIC_RELEASE);
	open_taken(flows);
	__atomic_store_n(&flows->control->given, flows->returned,
			__ATOMIC_RELEASE);
	for (uint32_t i = 0; i < flows->used_count; i++) {
		if (read_slot(flows, flows->used[i]))
			flows->used[kept++] = flows->used[i];
	}
	flows->used_count = kept;
	flow_table_hand_out(flows);
	flows->read_ns = now_ns;
	if (flows->reading == DUE)
		flows->begun_ns = now_ns;
}

void flow_table_read(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader)
{
	const uint64_t pause_ns = is_scarce(flows) ? OFTEN_NS : SELDOM_NS;
	const bool is_due = now_ns >= flows->due_ns;

	if (!is_due && now_ns - flows->read_ns < pause_ns)
		return;
	flows->reading = is_due ? DUE : OVER;
	flow_table_read_all(flows, now_ns, reader);
	/* missed intervals are skipped */
	if (is_due)
		flows->due_ns += (now_ns - flows->due_ns) / flows->every_ns *
						flows->every_ns +
				flows->every_ns;
}

/* A program that was delayed for longer than a reading may have added to a flow
 * that had ended. The amount is then in a free slot. */
static void write_late(struct flow_table *flows)
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
	flow_table_hand_out(flows);
}

void flow_table_finish(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader)
{
	flows->reading = LAST;
	flow_table_read_all(flows, now_ns, reader);
	write_late(flows);
}

struct flow_table_use flow_table_use(const struct flow_table *flows)
{
	struct flow_table_use use = { .used = flows->size -
				free_slot_count(flows),
		.size = flows->size };

	for (int i = TM_IN; i <= TM_OUT; i++)
		use.flowless += programs_counted(flows->programs, i)
						.flowless.packets;
	return use;
}

void flow_table_free(struct flow_table *flows)
{
	if (!flows)
		return;
	if (flows->slots)
		munmap(flows->slots, flows->sizes[0]);
	if (flows->control)
		munmap(flows->control, flows->sizes[1]);
	if (flows->ring)
		munmap(flows->ring, flows->sizes[2]);
	free(flows->written);
	free(flows->used);
	free(flows);
}
