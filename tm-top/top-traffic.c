#include "top-traffic.h"
#include "common/base/clock.h"

void traffic_start(struct traffic *traffic, const struct flow_keys *keys,
		uint32_t max_rows, bool is_eager)
{
	static const struct clock clock;
	struct list_place users = { .keys.count = 0 };

	*traffic = (struct traffic){ .clock.is_eager = is_eager };
	flows_start(&traffic->flows, keys, max_rows);
	tm_keys_add(&users.keys, TM_KEY_USER);
	list_make(&traffic->users, &users, &traffic->flows, 0, &clock);
}

/* Slots that began since then have no events yet. */
static void clear_slots(struct traffic *traffic, uint64_t before)
{
	uint64_t slot = traffic->clock.slot;

	for (unsigned i = 0; slot > before && i < SLOTS; i++, slot--)
		traffic->in_slot[slot % SLOTS] = 0;
}

bool traffic_pass(struct traffic *traffic, uint64_t time_ns)
{
	const uint64_t before = traffic->clock.slot;

	if (!clock_pass(&traffic->clock, time_ns))
		return false;
	clear_slots(traffic, before);
	return true;
}

bool traffic_note_time(struct traffic *traffic, const struct tm_event *event)
{
	const uint64_t before = traffic->clock.slot;

	if (!clock_note(&traffic->clock, event))
		return false;
	clear_slots(traffic, before);
	return true;
}

static struct list *traffic_list_of(struct traffic *traffic, unsigned number)
{
	return number ? &traffic->chosen : &traffic->users;
}

static int traffic_prune(struct traffic *traffic)
{
	int result = 0;

	traffic->flows.has_folded = false;
	traffic->arranged++;
	for (unsigned i = 0; i < FLOW_LISTS && !result; i++) {
		struct list *const list = traffic_list_of(traffic, i);

		if (list->is_in_use)
			result = list_prune(list, &traffic->flows, i);
	}
	return result;
}

/* Where the flow belongs in each list. */
static void traffic_place(struct traffic *traffic, uint32_t row)
{
	struct flow_state *const state = flows_state(&traffic->flows, row);

	for (unsigned i = 0; i < FLOW_LISTS; i++) {
		struct list *const list = traffic_list_of(traffic, i);

		state->places[i] = LIST_NONE;
		if (list->is_in_use)
			state->places[i] =
					list_find(list, &traffic->flows, row);
	}
}

static int traffic_move(struct traffic *traffic, const struct tm_event *event,
		bool *is_new)
{
	struct flows *const flows = &traffic->flows;
	uint32_t row = flows_row(flows, event, is_new);
	struct flow_state *state;

	if (row == TM_SUMS_NONE)
		return -1;
	state = flows_state(flows, row);
	if (state->changes != flows->keys->changes) {
		row = flows_review(flows, row, event, is_new);
		if (row == TM_SUMS_NONE)
			return -1;
		state = flows_state(flows, row);
	}
	if (flows->has_folded && traffic_prune(traffic))
		return -1;
	state->flags |= event->flags;
	if (*is_new)
		traffic_place(traffic, row);
	tm_sum_count(&flows->sums.rows[row], event);
	rate_move(&state->rate, &traffic->clock, event);
	list_count(&traffic->users, state->places[0], &traffic->clock, event);
	list_count(&traffic->chosen, state->places[1], &traffic->clock, event);
	return traffic->users.failed || traffic->chosen.failed ? -1 : 0;
}

int traffic_count(struct traffic *traffic, const struct tm_event *event,
		bool *is_new)
{
	*is_new = false;
	if (event->kind > TM_UNATTRIBUTED)
		return 0;
	traffic->events++;
	traffic->in_slot[traffic->clock.slot % SLOTS]++;
	tm_shares_count(&traffic->shares, event);
	if (event->kind == TM_UNATTRIBUTED)
		return 0;
	return traffic_move(traffic, event, is_new);
}

double traffic_events_per_second(const struct traffic *traffic)
{
	const struct slots slots = clock_window(&traffic->clock, WINDOW_2);
	uint64_t sum = 0;

	for (uint64_t slot = slots.begin; slot < slots.end; slot++)
		sum += traffic->in_slot[slot % SLOTS];
	return slots.length_ns ? sum * (double)TM_SECOND_NS / slots.length_ns
			       : 0;
}

void traffic_hide(struct traffic *traffic)
{
	if (!traffic->chosen.is_in_use)
		return;
	list_free(&traffic->chosen);
	traffic->arranged++;
}

struct list *traffic_list(
		struct traffic *traffic, const struct list_place *place)
{
	struct list *const chosen = &traffic->chosen;

	if (list_place_is_same(place, &traffic->users.place)) {
		traffic_hide(traffic);
		return &traffic->users;
	}
	if (chosen->is_in_use && list_place_is_same(place, &chosen->place))
		return chosen;
	traffic->arranged++;
	return list_make(chosen, place, &traffic->flows, 1, &traffic->clock)
			? NULL
			: chosen;
}

void traffic_reset(struct traffic *traffic)
{
	flows_reset(&traffic->flows);
	list_reset(&traffic->users);
	list_reset(&traffic->chosen);
	traffic->shares = (struct tm_shares){
		.has_unattributed = traffic->shares.has_unattributed
	};
}

int traffic_copy(struct traffic *to, const struct traffic *from)
{
	*to = *from;
	to->users.sums = to->chosen.sums = (struct tm_sums){ 0 };
	if (!flows_copy(&to->flows, &from->flows) &&
			!list_copy(&to->users, &from->users) &&
			!list_copy(&to->chosen, &from->chosen))
		return 0;
	traffic_free(to);
	return -1;
}

void traffic_free(struct traffic *traffic)
{
	flows_free(&traffic->flows);
	list_free(&traffic->users);
	list_free(&traffic->chosen);
}
