#include <stdlib.h>

#include "top-flows.h"

#define FLOW_WORDS (sizeof(struct top_flow) / sizeof(uint64_t))

/* The whole key of a row. */
struct flow_key {
	struct top_flow flow;
	uint64_t words[TM_KEY_WORDS]; /* of the keys of events */
};

void flows_start(struct flows *flows, const struct flow_keys *keys,
		uint32_t max_rows)
{
	*flows = (struct flows){ .keys = keys, .max_rows = max_rows };
	tm_sums_init(&flows->sums, FLOW_WORDS + keys->of_event.words, max_rows);
	flows->sums.beside_size = sizeof(struct flow_state);
	tm_sums_init(&flows->facts, keys->of_owner.words, TM_SUMS_NONE - 1);
}

static void flow_take(struct flow_key *key, const struct tm_keys *of_event,
		const struct tm_event *event)
{
	const bool is_out = event->direction == TM_OUT;
	struct top_flow *const flow = &key->flow;

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
	if (of_event->count)
		tm_keys_extract(of_event, event, key->words);
}

/* An outgoing event of the flow, from which keys are taken. */
static void top_flow_event(struct tm_event *event, const struct top_flow *flow,
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

/* The words that are kept of a key, or NULL: its value is in the flow. */
static const uint64_t *flows_kept_words(
		const struct flows *flows, uint32_t row, enum tm_key_id id)
{
	const struct tm_keys *const of_event = &flows->keys->of_event;
	const struct tm_keys *const of_owner = &flows->keys->of_owner;
	int at = tm_keys_place(of_owner, id);

	if (at >= 0)
		return tm_sums_key(&flows->facts,
				       flows_state(flows, row)->facts) +
				of_owner->offsets[at];
	at = tm_keys_place(of_event, id);
	return at < 0 ? NULL
		      : tm_sums_key(&flows->sums, row) + FLOW_WORDS +
					of_event->offsets[at];
}

void flows_extract(const struct flows *flows, uint32_t row,
		const struct tm_keys *keys, uint64_t *words)
{
	const struct tm_key *key;
	const uint64_t *kept;
	struct tm_event event;

	top_flow_event(&event, flows_key(flows, row),
			flows_state(flows, row)->flags);
	if (!flows->keys->of_event.count && !flows->keys->of_owner.count) {
		tm_keys_extract(keys, &event, words);
		return;
	}
	for (unsigned i = 0; i < keys->count; i++) {
		key = keys->list[i];
		kept = key->steady == TM_KEY_OF_FLOW
				? NULL
				: flows_kept_words(flows, row,
						  key - tm_key_table);
		if (kept)
			memcpy(words + keys->offsets[i], kept,
					key->words * sizeof(*kept));
		else
			key->extract(&keys->sources, &event,
					words + keys->offsets[i]);
	}
}

/* How much a flow must still know to have a value of the key. */
static enum flow_known key_needs(const struct tm_key *key)
{
	if (key->steady == TM_KEY_OF_EVENT)
		return KNOWS_ALL;
	if (key == &tm_key_table[TM_KEY_USER])
		return KNOWS_USER;
	if (key->is_owner || key->steady == TM_KEY_OF_OWNER)
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

/* --- facts of owners --- */

static bool flows_have_facts(const struct flows *flows)
{
	return flows->keys->of_owner.count;
}

/* The number of what the names tell of an event's owner, or TM_SUMS_NONE if
 * there is no memory. */
static uint32_t flows_note_facts(
		struct flows *flows, const struct tm_event *event)
{
	struct tm_sums *const facts = &flows->facts;
	uint64_t words[TM_KEY_WORDS];
	bool is_new;

	if (!flows_have_facts(flows))
		return 0;
	if (!tm_sums_have_room(facts))
		return TM_SUMS_NONE;
	tm_keys_extract(&flows->keys->of_owner, event, words);
	return tm_sums_at(facts, words, &is_new) - facts->rows;
}

/* Changes the facts in a row's key; what was counted stays. */
static void flows_rekey(struct flows *flows, uint32_t row, uint32_t facts)
{
	const struct tm_sum sum = flows->sums.rows[row];
	struct flow_key key;

	memcpy(&key, flows_key(flows, row),
			flows->sums.words * sizeof(uint64_t));
	key.flow.facts = facts;
	*tm_sums_rekey(&flows->sums, row, (const void *)&key) = sum;
}

/* The names have changed since the row had an event. The row of its owner as
 * the names are now: the same one, an earlier one, or TM_SUMS_NONE if there is
 * none so far. */
static uint32_t flows_review(struct flows *flows, uint32_t row,
		struct flow_key *key, uint32_t facts)
{
	struct flow_state *const state = flows_state(flows, row);

	if (state->facts != facts) {
		flows_rekey(flows, row, state->facts + 1);
		key->flow.facts = facts + 1;
		row = tm_sums_row(&flows->sums, (const void *)key);
		key->flow.facts = 0;
		if (row == TM_SUMS_NONE)
			return row;
		flows_rekey(flows, row, 0);
	}
	flows_state(flows, row)->changes = flows->keys->changes;
	return row;
}

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
	free(becomes);
	return 0;
}

/* --- making room --- */

/* The key of a row when it knows no more than that. */
static void flows_coarsen(const struct flows *flows, uint32_t row,
		enum flow_known known, struct flow_key *key)
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
	if (known <= KNOWS_OWNER) {
		flow->pid = before->pid;
		flow->cgroup_id = before->cgroup_id;
		memcpy(flow->process, before->process, sizeof(flow->process));
		if (flows_have_facts(flows))
			flow->facts = flows_state(flows, row)->facts + 1;
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
	struct flow_key key;
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
	struct flow_key key;
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

static bool flows_are_full(const struct flows *flows)
{
	return flows->sums.count == flows->max_rows ||
			flows->facts.count == FLOW_FACTS_MOST;
}

static int flows_make_room(struct flows *flows)
{
	while (flows_are_full(flows)) {
		if (flows_have_facts(flows) && flows_forget_facts(flows))
			return -1;
		if (flows_are_full(flows) && flows_fold(flows))
			return -1;
	}
	return 0;
}

static uint32_t flows_add(
		struct flows *flows, const struct flow_key *key, uint32_t facts)
{
	bool is_new;
	uint32_t row;

	if (!tm_sums_have_room(&flows->sums))
		return TM_SUMS_NONE;
	row = tm_sums_at(&flows->sums, (const void *)key, &is_new) -
			flows->sums.rows;
	flows_state(flows, row)->facts = facts;
	flows_state(flows, row)->changes = flows->keys->changes;
	return row;
}

/* The row that was found is none, or it is of what the names were before. Kept
 * apart, so that most events have a short way. */
static __attribute__((noinline)) uint32_t flows_find_or_add(struct flows *flows,
		uint32_t row, struct flow_key *key,
		const struct tm_event *event, bool *is_new)
{
	struct tm_sums *const sums = &flows->sums;
	uint32_t facts;

	/* first of all, for it gives rows and facts new numbers */
	if (flows_are_full(flows) &&
			(row == TM_SUMS_NONE || flows_have_facts(flows))) {
		if (flows_make_room(flows))
			return TM_SUMS_NONE;
		row = tm_sums_row(sums, (const void *)key);
	}
	facts = flows_note_facts(flows, event);
	if (facts == TM_SUMS_NONE)
		return TM_SUMS_NONE;
	if (row != TM_SUMS_NONE)
		row = flows_review(flows, row, key, facts);
	if (row != TM_SUMS_NONE)
		return row;
	*is_new = true;
	return flows_add(flows, key, facts);
}

uint32_t flows_row(
		struct flows *flows, const struct tm_event *event, bool *is_new)
{
	struct tm_sums *const sums = &flows->sums;
	struct flow_key key;
	uint32_t row = sums->last;

	flow_take(&key, &flows->keys->of_event, event);
	if (row >= sums->count ||
			!tm_sums_is_key(sums, row, (const void *)&key))
		row = tm_sums_row(sums, (const void *)&key);
	if (row == TM_SUMS_NONE ||
			flows_state(flows, row)->changes !=
					flows->keys->changes)
		row = flows_find_or_add(flows, row, &key, event, is_new);
	return sums->last = row;
}

void flows_reset(struct flows *flows)
{
	for (uint32_t row = 0; row < flows->sums.count; row++)
		flows->sums.rows[row] = (struct tm_sum){ 0 };
}

int flows_copy(struct flows *to, const struct flows *from)
{
	*to = *from;
	to->sums = to->facts = (struct tm_sums){ 0 };
	return tm_sums_copy(&to->sums, &from->sums) ||
					tm_sums_copy(&to->facts, &from->facts)
			? -1
			: 0;
}

void flows_free(struct flows *flows)
{
	tm_sums_free(&flows->sums);
	tm_sums_free(&flows->facts);
}
