#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "common/base/clock.h"
#include "flow-sums.h"
#include "flow-table.h"
#include "program-counts.h"

/* Between two readings if few slots are free, and otherwise. */
#define OFTEN_NS (100 * TM_MS_NS)
#define SELDOM_NS TM_SECOND_NS
/* A flow that was idle for so long is over. */
#define IDLE_NS (10 * TM_SECOND_NS)

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
	/* differs from that of an unused slot */
	flows->control->epoch = 1;
	for (uint32_t i = 0; i < flows->size; i++) {
		flows->slots[i].generation = flows->written[i].generation = 1;
		flows->ring[i] = i;
	}
	flows->returned = flows->control->given = flows->size;
}

static void flow_table_free(struct flow_table *flows)
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

static uint32_t free_slot_count(const struct flow_table *flows)
{
	return flows->control->given - slot_load(&flows->control->taken);
}

/* If so, flows end as soon as they are idle. */
static bool is_scarce(const struct flow_table *flows)
{
	return free_slot_count(flows) < flows->size / 2;
}

/* A taken slot whose identity is complete becomes an open flow. */
static void open_flow(struct flow_table *flows, uint32_t slot)
{
	const struct flow *const flow = &flows->slots[slot];
	struct written *const written = &flows->written[slot];
	const struct owner *owner;
	struct tm_event event;

	if (slot_load(&flow->is_ready) != written->generation)
		return;
	written->holder = (uint32_t)flow->holder;
	if (written->holder != slot)
		flows->written[written->holder].held++;
	written->state = OPEN;
	written->is_waiting = false;
	written->active_ns = flows->now_ns;
	owner = &flows->slots[written->holder].owner;
	event = (struct tm_event){
		.time_ns = flows->now_ns,
		.uid = owner->uid,
		.pid = owner->pid,
		.total_in = owner->identity,
		.cgroup_id = owner->cgroup_id,
		.netns = owner->netns,
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
			slot_load(&flow->seen_io) ==
			slot_load(&flows->slots[written->holder].io);
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
	if (slot_load(&flows->slots[written->holder].has_heir) ==
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
		flow_sums_write(flows, flow, written);
		if (written->held)
			return true;
		return_slot(flows, slot);
		return false;
	}
	if (is_over(flows, flow, written)) {
		flow_sums_write(flows, flow, written);
		end_flow(flow, written);
	} else if (flows->reading != OVER) {
		flow_sums_write(flows, flow, written);
	}
	return true;
}

/* Opens all new flows before any slot is read, so that no holder is given back
 * while a new flow refers to it. */
static void open_taken(struct flow_table *flows)
{
	const uint32_t taken = slot_load(&flows->control->taken);
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
	flow_sums_pass_on(flows);
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

void flow_table_finish(struct flow_table *flows, uint64_t now_ns,
		const struct flow_table_reader *reader)
{
	flows->reading = LAST;
	flow_table_read_all(flows, now_ns, reader);
	flow_sums_write_late(flows);
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
