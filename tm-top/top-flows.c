#include "top-room.h"

void flows_start(struct flows *flows, const struct flow_keys *keys,
		uint32_t max_rows)
{
	*flows = (struct flows){ .keys = keys, .max_rows = max_rows };
	tm_sums_init(&flows->sums, FLOW_WORDS + keys->of_event.words, max_rows);
	flows->sums.beside_size = sizeof(struct flow_state);
	tm_sums_init(&flows->facts, keys->of_owner.words, TM_SUMS_NONE - 1);
}

static void flow_take(struct top_flow_key *key, const struct tm_keys *of_event,
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

	/* the list of users is always there */
	if (tm_keys_are_user(keys)) {
		*words = flows_key(flows, row)->uid;
		return;
	}
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
	if (key->steady == TM_KEY_OF_OWNER ||
			key == &tm_key_table[TM_KEY_CGROUP])
		return KNOWS_FACTS;
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

/* --- facts of owners --- */

/* The place of an event's owner among the latest ones. */
static struct flow_owner *flows_owner(
		struct flows *flows, const struct tm_event *event)
{
	const uint64_t words[2] = { (uint64_t)event->uid << 32 | event->pid,
		event->cgroup_id };

	return &flows->owners[tm_map_hash_words(words, 2) % FLOW_OWNERS];
}

static bool is_same_owner(const struct flow_owner *owner,
		const struct tm_event *event, uint32_t changes)
{
	return owner->facts && owner->uid == event->uid &&
			owner->pid == event->pid &&
			owner->cgroup_id == event->cgroup_id &&
			owner->changes == changes;
}

static uint32_t flows_ask_facts(
		struct flows *flows, const struct tm_event *event)
{
	struct tm_sums *const facts = &flows->facts;
	uint64_t words[TM_KEY_WORDS];
	bool is_new;

	if (!tm_sums_have_room(facts))
		return TM_SUMS_NONE;
	tm_keys_extract(&flows->keys->of_owner, event, words);
	return tm_sums_at(facts, words, &is_new) - facts->rows;
}

/* The number of what the names tell of an event's owner, or TM_SUMS_NONE if
 * there is no memory. */
static uint32_t flows_note_facts(
		struct flows *flows, const struct tm_event *event)
{
	const uint32_t changes = flows->keys->changes;
	struct flow_owner *owner;
	uint32_t facts;

	if (!flows_have_facts(flows))
		return 0;
	owner = flows_owner(flows, event);
	if (is_same_owner(owner, event, changes))
		return owner->facts - 1;
	facts = flows_ask_facts(flows, event);
	*owner = (struct flow_owner){ event->uid, event->pid, event->cgroup_id,
		changes, facts + 1 };
	return facts;
}

bool flows_know(const struct flows *flows, enum tm_key_id id)
{
	const struct tm_keys *const of_owner = &flows->keys->of_owner;
	const int at = tm_keys_place(of_owner, id);
	struct tm_label label;

	for (uint32_t row = 0; at >= 0 && row < flows->facts.count; row++) {
		tm_key_table[id].label(&of_owner->sources,
				tm_sums_key(&flows->facts, row) +
						of_owner->offsets[at],
				&label);
		if (label.sort != TM_LABEL_ABSENT)
			return true;
	}
	return at < 0;
}

/* Changes the facts in a row's key; what was counted stays. */
static void flows_rekey(struct flows *flows, uint32_t row, uint32_t facts)
{
	const struct tm_sum sum = flows->sums.rows[row];
	struct top_flow_key key;

	memcpy(&key, flows_key(flows, row),
			flows->sums.words * sizeof(uint64_t));
	key.flow.facts = facts;
	*tm_sums_rekey(&flows->sums, row, (const void *)&key) = sum;
}

/* The names have changed since the row had an event. The row of its owner as
 * the names are now: the same one, an earlier one, or TM_SUMS_NONE if there is
 * none so far. */
static uint32_t flows_move_to(struct flows *flows, uint32_t row,
		struct top_flow_key *key, uint32_t facts)
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

static uint32_t flows_add(struct flows *flows, const struct top_flow_key *key,
		uint32_t facts)
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
		uint32_t row, struct top_flow_key *key,
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
		row = flows_move_to(flows, row, key, facts);
	if (row != TM_SUMS_NONE)
		return row;
	*is_new = true;
	return flows_add(flows, key, facts);
}

uint32_t flows_row(
		struct flows *flows, const struct tm_event *event, bool *is_new)
{
	struct tm_sums *const sums = &flows->sums;
	struct top_flow_key key;
	uint32_t row = sums->last;

	flow_take(&key, &flows->keys->of_event, event);
	if (row >= sums->count ||
			!tm_sums_is_key(sums, row, (const void *)&key))
		row = tm_sums_row(sums, (const void *)&key);
	if (row == TM_SUMS_NONE)
		row = flows_find_or_add(flows, row, &key, event, is_new);
	return sums->last = row;
}

uint32_t flows_review(struct flows *flows, uint32_t row,
		const struct tm_event *event, bool *is_new)
{
	struct top_flow_key key;

	memcpy(&key, flows_key(flows, row),
			flows->sums.words * sizeof(uint64_t));
	row = flows_find_or_add(flows, row, &key, event, is_new);
	return flows->sums.last = row;
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
