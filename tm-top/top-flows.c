#include <stdlib.h>

#include "top-flows.h"

#define FLOW_WORDS (sizeof(struct top_flow) / sizeof(uint64_t))

void flows_start(struct flows *flows, uint32_t max_rows)
{
	*flows = (struct flows){ .max_rows = max_rows };
	tm_sums_init(&flows->sums, FLOW_WORDS, max_rows);
	flows->sums.beside_size = sizeof(struct flow_state);
}

static void flow_take(struct top_flow *flow, const struct tm_event *event)
{
	const bool is_out = event->direction == TM_OUT;

	*flow = (struct top_flow){
		.kind = event->kind,
		.protocol = event->protocol,
		.uid = event->uid,
		.pid = event->pid,
		.ifindex = event->ifindex,
		.netns = event->netns,
		.local_port = is_out ? event->source_port
				     : event->destination_port,
		.remote_port = is_out ? event->destination_port
				      : event->source_port,
		.cgroup_id = event->cgroup_id,
	};
	memcpy(flow->local, is_out ? event->source : event->destination, 16);
	memcpy(flow->remote, is_out ? event->destination : event->source, 16);
	memcpy(flow->process, event->process, TM_COMM_SIZE);
}

void flow_event(struct tm_event *event, const struct top_flow *flow,
		uint16_t flags)
{
	*event = (struct tm_event){
		.kind = flow->kind,
		.direction = TM_OUT,
		.protocol = flow->protocol,
		.uid = flow->uid,
		.pid = flow->pid,
		.ifindex = flow->ifindex,
		.netns = flow->netns,
		.source_port = flow->local_port,
		.destination_port = flow->remote_port,
		.flags = flags,
		.cgroup_id = flow->cgroup_id,
	};
	memcpy(event->source, flow->local, sizeof(flow->local));
	memcpy(event->destination, flow->remote, sizeof(flow->remote));
	memcpy(event->process, flow->process, sizeof(flow->process));
}

/* How much a flow must still know to have a value of the key. */
static enum flow_known key_needs(const struct tm_key *key)
{
	if (key == &tm_key_table[TM_KEY_USER])
		return KNOWS_USER;
	if (key->is_owner)
		return KNOWS_OWNER;
	if (key == &tm_key_table[TM_KEY_REMOTE] ||
			key == &tm_key_table[TM_KEY_NETWORK])
		return KNOWS_REMOTE;
	return KNOWS_ALL;
}

bool flow_has_keys(const struct top_flow *flow, const struct tm_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (flow->known > key_needs(keys->list[i]))
			return false;
	}
	return true;
}

/* --- making room --- */

static void flow_coarsen(struct top_flow *flow, enum flow_known known)
{
	const struct top_flow before = *flow;

	if (before.known >= known)
		return;
	*flow = (struct top_flow){ .kind = before.kind, .known = known };
	if (known <= KNOWS_USER)
		flow->uid = before.uid;
	if (known <= KNOWS_OWNER) {
		flow->pid = before.pid;
		flow->cgroup_id = before.cgroup_id;
		memcpy(flow->process, before.process, sizeof(flow->process));
	}
	if (known <= KNOWS_REMOTE)
		memcpy(flow->remote, before.remote, sizeof(flow->remote));
	else
		flow->kind = TM_TRAFFIC;
}

/* Who stays as exact as it is: what moved something of late, then what moved
 * much. */
static int flows_compare_worth(const void *a, const void *b, void *context)
{
	const struct flows *const flows = context;
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const uint64_t slot_x = flows_state(flows, x)->rate.slot;
	const uint64_t slot_y = flows_state(flows, y)->rate.slot;
	const uint64_t bytes_x = tm_sum_bytes(&flows->sums.rows[x]);
	const uint64_t bytes_y = tm_sum_bytes(&flows->sums.rows[y]);

	if (slot_x != slot_y)
		return slot_x < slot_y ? 1 : -1;
	if (bytes_x != bytes_y)
		return bytes_x < bytes_y ? 1 : -1;
	return x < y ? -1 : x > y;
}

static uint32_t *flows_by_worth(struct flows *flows)
{
	const uint32_t count = flows->sums.count;
	uint32_t *const order = malloc(count * sizeof(*order));

	for (uint32_t i = 0; order && i < count; i++)
		order[i] = i;
	if (order)
		qsort_r(order, count, sizeof(*order), flows_compare_worth,
				flows);
	return order;
}

/* How many rows these would be. */
static uint32_t flows_count_coarse(const struct flows *flows,
		const uint32_t *rows, uint32_t count, enum flow_known known)
{
	struct tm_sums coarse;
	struct top_flow flow;
	uint32_t found;
	bool is_new;

	tm_sums_init(&coarse, FLOW_WORDS, UINT32_MAX - 1);
	for (uint32_t i = 0; i < count; i++) {
		flow = *flows_key(flows, rows[i]);
		flow_coarsen(&flow, known);
		tm_sums_at(&coarse, (const void *)&flow, &is_new);
	}
	found = coarse.count;
	tm_sums_free(&coarse);
	return found;
}

/* How many rows stay as exact as they are, and how exact the others do. */
static uint32_t flows_choose(const struct flows *flows, const uint32_t *order,
		enum flow_known *known)
{
	const uint32_t count = flows->sums.count, most = count - count / 8;
	uint32_t kept, coarse;

	for (unsigned quarters = 3; quarters; quarters--) {
		kept = count * (uint64_t)quarters / 4;
		for (*known = KNOWS_REMOTE; *known <= KNOWS_USER; ++*known) {
			coarse = flows_count_coarse(flows, order + kept,
					count - kept, *known);
			if (kept + coarse <= most)
				return kept;
		}
	}
	*known = KNOWS_NOTHING;
	return count - count / 4;
}

/* A row that is taken out, to be added to a less exact one. */
struct folded {
	struct top_flow flow;
	struct tm_sum sum;
	struct flow_state state;
};

static int flows_add_folded(struct flows *flows, const struct folded *folded)
{
	struct flow_state *state;
	struct tm_sum *sum;
	bool is_new = false;

	sum = tm_sums_at(&flows->sums, (const void *)&folded->flow, &is_new);
	if (sum == &flows->sums.others)
		return -1;
	state = flows_state(flows, sum - flows->sums.rows);
	if (is_new) {
		for (int i = 0; i < FLOW_LISTS; i++)
			state->places[i] = FLOW_UNPLACED;
	}
	tm_sum_add(sum, &folded->sum);
	rate_add(&state->rate, &folded->state.rate);
	return 0;
}

static int numbers_compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int flows_fold_rows(struct flows *flows, uint32_t *order, uint32_t kept,
		enum flow_known known)
{
	const uint32_t count = flows->sums.count - kept;
	struct folded *const folded = malloc((count + 1) * sizeof(*folded));
	int result = folded ? 0 : -1;

	for (uint32_t i = 0; folded && i < count; i++) {
		const uint32_t row = order[kept + i];

		folded[i] = (struct folded){ *flows_key(flows, row),
			flows->sums.rows[row], *flows_state(flows, row) };
		flow_coarsen(&folded[i].flow, known);
	}
	if (folded) {
		qsort(order, kept, sizeof(*order), numbers_compare);
		tm_sums_keep(&flows->sums, order, kept);
		tm_sums_rehash(&flows->sums);
	}
	for (uint32_t i = 0; !result && i < count; i++)
		result = flows_add_folded(flows, &folded[i]);
	free(folded);
	return result;
}

/* Frees an eighth of the rows or more, so that this is seldom. */
static int flows_fold(struct flows *flows)
{
	uint32_t *const order = flows_by_worth(flows);
	enum flow_known known;
	int result = -1;
	uint32_t kept;

	if (order) {
		kept = flows_choose(flows, order, &known);
		result = flows_fold_rows(flows, order, kept, known);
	}
	free(order);
	flows->has_folded = true;
	return result;
}

uint32_t flows_row(
		struct flows *flows, const struct tm_event *event, bool *is_new)
{
	struct tm_sums *const sums = &flows->sums;
	struct top_flow flow;
	uint32_t row;

	flow_take(&flow, event);
	if (sums->last < sums->count &&
			tm_sums_is_key(sums, sums->last, (const void *)&flow))
		return sums->last;
	row = tm_sums_row(sums, (const void *)&flow);
	if (row != TM_SUMS_NONE)
		return sums->last = row;
	if (sums->count == flows->max_rows && flows_fold(flows))
		return TM_SUMS_NONE;
	if (!tm_sums_have_room(sums))
		return TM_SUMS_NONE;
	return tm_sums_at(sums, (const void *)&flow, is_new) - sums->rows;
}

void flows_reset(struct flows *flows)
{
	for (uint32_t row = 0; row < flows->sums.count; row++)
		flows->sums.rows[row] = (struct tm_sum){ 0 };
}

int flows_copy(struct flows *to, const struct flows *from)
{
	*to = *from;
	return tm_sums_copy(&to->sums, &from->sums);
}

void flows_free(struct flows *flows)
{
	tm_sums_free(&flows->sums);
}
