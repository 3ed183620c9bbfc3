#include <stdlib.h>

#include "top-room.h"

/* Forgets facts of owners that no row has any more. */
static int flows_forget_facts(struct flows *flows)
{
	const uint32_t count = flows->facts.count;
	uint32_t *const becomes =
			calloc(count + (size_t)1, 2 * sizeof(*becomes));
	uint32_t *const kept = becomes + count;
	uint32_t rows = 0;

	if (!becomes)
		return -1;
	for (uint32_t row = 0; row < flows->sums.count; row++)
		becomes[flows_state(flows, row)->facts] = true;
	for (uint32_t i = 0; i < count; i++) {
		if (!becomes[i])
			continue;
		becomes[i] = rows;
		kept[rows++] = i;
	}
	tm_sums_keep(&flows->facts, kept, rows);
	tm_sums_rehash(&flows->facts);
	for (uint32_t row = 0; row < flows->sums.count; row++) {
		struct flow_state *const state = flows_state(flows, row);
		struct top_flow *const flow = (void *)(flows->sums.keys +
				(size_t)row * flows->sums.words);

		state->facts = becomes[state->facts];
		if (flow->facts)
			flow->facts = state->facts + 1;
	}
	tm_sums_rehash(&flows->sums);
	memset(flows->owners, 0, sizeof(flows->owners));
	free(becomes);
	return 0;
}

/* --- folding rows --- */

/* The key of a row when it knows no more than that. */
static void flows_coarsen(const struct flows *flows, uint32_t row,
		enum flow_known known, struct top_flow_key *key)
{
	const struct top_flow *const before = flows_key(flows, row);
	struct top_flow *const flow = &key->flow;

	memset(key, 0, sizeof(*key));
	if (before->known >= known) {
		*flow = *before;
		return;
	}
	*flow = (struct top_flow){ .kind = before->kind, .known = known };
	if (known <= KNOWS_USER)
		flow->uid = before->uid;
	if (known <= KNOWS_FACTS) {
		flow->cgroup_id = before->cgroup_id;
		if (flows_have_facts(flows))
			flow->facts = flows_state(flows, row)->facts + 1;
	}
	if (known <= KNOWS_OWNER) {
		flow->pid = before->pid;
		memcpy(flow->process, before->process, sizeof(flow->process));
	}
	if (known <= KNOWS_REMOTE)
		memcpy(flow->remote, before->remote, sizeof(flow->remote));
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
	struct top_flow_key key;
	uint32_t found;
	bool is_new;

	tm_sums_init(&coarse, FLOW_WORDS, UINT32_MAX - 1);
	for (uint32_t i = 0; i < count; i++) {
		flows_coarsen(flows, rows[i], known, &key);
		tm_sums_at(&coarse, (const void *)&key, &is_new);
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
	struct top_flow_key key;
	struct tm_sum sum;
	struct flow_state state;
};

static int flows_add_folded(struct flows *flows, const struct folded *folded)
{
	struct flow_state *state;
	struct tm_sum *sum;
	bool is_new = false;

	sum = tm_sums_at(&flows->sums, (const void *)&folded->key, &is_new);
	if (sum == &flows->sums.others)
		return -1;
	state = flows_state(flows, sum - flows->sums.rows);
	if (is_new) {
		for (int i = 0; i < FLOW_LISTS; i++)
			state->places[i] = FLOW_UNPLACED;
	}
	state->facts = folded->state.facts;
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

		flows_coarsen(flows, row, known, &folded[i].key);
		folded[i].sum = flows->sums.rows[row];
		folded[i].state = *flows_state(flows, row);
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

bool flows_are_full(const struct flows *flows)
{
	return flows->sums.count == flows->max_rows ||
			flows->facts.count == FLOW_FACTS_MOST;
}

int flows_make_room(struct flows *flows)
{
	while (flows_are_full(flows)) {
		if (flows_have_facts(flows) && flows_forget_facts(flows))
			return -1;
		if (flows_are_full(flows) && flows_fold(flows))
			return -1;
	}
	return 0;
}
