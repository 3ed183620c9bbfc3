#include <stdlib.h>

#include "top-list.h"

static bool keys_are_same(const struct tm_keys *a, const struct tm_keys *b)
{
	return a->count == b->count &&
			!memcmp(a->list, b->list, a->count * sizeof(*a->list));
}

bool list_place_is_same(const struct list_place *a, const struct list_place *b)
{
	return keys_are_same(&a->keys, &b->keys) &&
			keys_are_same(&a->scope, &b->scope) &&
			!memcmp(a->words, b->words,
					(a->scope.words + 1) *
							sizeof(*a->words));
}

static bool keys_have_detail(const struct tm_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->list[i]->is_detail)
			return true;
	}
	return false;
}

/* A LOST record knows no detail: those have a row of their own. */
static void keys_take(const struct tm_keys *keys, const struct flows *flows,
		uint32_t flow, uint64_t words[LIST_KEY_WORDS])
{
	flows_extract(flows, flow, keys, words);
	tm_keys_settle(keys, words);
	words[keys->words] = flows_key(flows, flow)->kind == TM_LOST &&
			keys_have_detail(keys);
}

static bool place_has(const struct list_place *place, const struct flows *flows,
		uint32_t flow)
{
	uint64_t words[LIST_KEY_WORDS];

	if (!place->scope.count)
		return true;
	if (!flow_has_keys(flows_key(flows, flow), &place->scope))
		return false;
	keys_take(&place->scope, flows, flow, words);
	return !memcmp(words, place->words,
			(place->scope.words + 1) * sizeof(*words));
}

uint32_t list_find(struct list *list, const struct flows *flows, uint32_t flow)
{
	const struct list_place *const place = &list->place;
	uint64_t words[LIST_KEY_WORDS];
	bool is_new;

	if (!place_has(place, flows, flow))
		return LIST_NONE;
	if (!flow_has_keys(flows_key(flows, flow), &place->keys))
		return LIST_REST;
	keys_take(&place->keys, flows, flow, words);
	if (!tm_sums_have_room(&list->sums)) {
		list->failed = true;
		return LIST_REST;
	}
	return tm_sums_at(&list->sums, words, &is_new) - list->sums.rows;
}

static void list_add_flow(struct list *list, const struct flows *flows,
		uint32_t flow, unsigned number)
{
	const struct flow_state *const state = flows_state(flows, flow);
	const struct tm_sum *const sum = &flows->sums.rows[flow];
	const uint32_t row = state->places[number];

	if (row == LIST_NONE)
		return;
	tm_sum_add(&list->all, sum);
	rate_add(&list->all_rate, &state->rate);
	if (row == LIST_REST) {
		tm_sum_add(&list->sums.others, sum);
		rate_add(&list->rest_rate, &state->rate);
	} else {
		tm_sum_add(&list->sums.rows[row], sum);
		rate_add(&list_row(list, row)->rate, &state->rate);
	}
}

static void list_find_most(struct list *list)
{
	struct rate *const most = &list->most;

	most->slot = list->all_rate.slot;
	for (uint32_t row = 0; row < list->sums.count; row++) {
		const struct rate *const rate = &list_row(list, row)->rate;

		for (uint64_t i = 0; i < SLOTS && i <= most->slot; i++) {
			const uint64_t slot = most->slot - i;
			uint64_t *const bytes =
					&most->bytes[slot % SLOTS][TM_IN];

			if (rate_at(rate, slot) > *bytes)
				*bytes = rate_at(rate, slot);
		}
	}
}

static void list_start(struct list *list, const struct list_place *place)
{
	*list = (struct list){ .place = *place, .is_in_use = true };
	tm_sums_init(&list->sums, list_words(place), TM_SUMS_NONE - 3);
	list->sums.beside_size = sizeof(struct list_row);
}

int list_make(struct list *list, const struct list_place *place,
		const struct flows *flows, unsigned number,
		const struct clock *clock)
{
	struct flow_state *state;

	list_free(list);
	list_start(list, place);
	for (uint32_t i = 0; i < flows->sums.count; i++) {
		state = flows_state(flows, i);
		state->places[number] = list_find(list, flows, i);
		list_add_flow(list, flows, i, number);
	}
	for (uint32_t i = 0; i < list->sums.count; i++)
		rate_find_peaks(&list_row(list, i)->rate, clock);
	rate_find_peaks(&list->all_rate, clock);
	rate_find_peaks(&list->rest_rate, clock);
	list_find_most(list);
	return list->failed ? -1 : 0;
}

static void most_raise(struct rate *most, const struct rate *rate,
		const struct clock *clock)
{
	uint64_t *const bytes = &most->bytes[clock->slot % SLOTS][TM_IN];
	const uint64_t now = rate_at(rate, clock->slot);

	if (most->slot != clock->slot)
		rate_advance(most, clock);
	if (now > *bytes)
		*bytes = now;
}

void list_count(struct list *list, uint32_t row, const struct clock *clock,
		const struct tm_event *event)
{
	struct rate *rate = &list->rest_rate;
	struct tm_sum *sum = &list->sums.others;

	/* places in a list that was given up mean nothing */
	if (!list->is_in_use || row == LIST_NONE)
		return;
	tm_sum_count(&list->all, event);
	rate_move(&list->all_rate, clock, event);
	if (row != LIST_REST) {
		rate = &list_row(list, row)->rate;
		sum = &list->sums.rows[row];
	}
	tm_sum_count(sum, event);
	rate_move(rate, clock, event);
	if (row != LIST_REST)
		most_raise(&list->most, rate, clock);
}

/* --- forgetting rows --- */

/* What becomes of each row: its new number, or LIST_REST. */
static void list_forget(struct list *list, uint32_t *becomes)
{
	uint32_t *const kept = becomes + list->sums.count;
	uint32_t count = 0;

	for (uint32_t row = 0; row < list->sums.count; row++) {
		if (becomes[row]) {
			becomes[row] = count;
			kept[count++] = row;
		} else {
			becomes[row] = LIST_REST;
			rate_add(&list->rest_rate, &list_row(list, row)->rate);
		}
	}
	tm_sums_keep(&list->sums, kept, count);
	tm_sums_rehash(&list->sums);
}

static void list_place_folded(
		struct list *list, const struct flows *flows, unsigned number)
{
	for (uint32_t i = 0; i < flows->sums.count; i++) {
		struct flow_state *const state = flows_state(flows, i);

		if (state->places[number] == FLOW_UNPLACED)
			state->places[number] = list_find(list, flows, i);
	}
}

int list_prune(struct list *list, const struct flows *flows, unsigned number)
{
	uint32_t *becomes, *place;

	list_place_folded(list, flows, number);
	/* twice: for the numbers that are kept, too */
	becomes = calloc(list->sums.count + (size_t)1, 2 * sizeof(*becomes));
	if (!becomes)
		return -1;
	for (uint32_t i = 0; i < flows->sums.count; i++) {
		place = &flows_state(flows, i)->places[number];
		if (*place < list->sums.count)
			becomes[*place] = true;
	}
	list_forget(list, becomes);
	for (uint32_t i = 0; i < flows->sums.count; i++) {
		place = &flows_state(flows, i)->places[number];
		if (*place < FLOW_UNPLACED)
			*place = becomes[*place];
	}
	free(becomes);
	return 0;
}

/* --- all of it --- */

static void rate_reset_peaks(struct rate *rate)
{
	rate->peaks[TM_IN] = rate->peaks[TM_OUT] = 0;
}

void list_reset(struct list *list)
{
	for (uint32_t row = 0; row < list->sums.count; row++) {
		list->sums.rows[row] = (struct tm_sum){ 0 };
		rate_reset_peaks(&list_row(list, row)->rate);
	}
	list->all = list->sums.others = (struct tm_sum){ 0 };
	rate_reset_peaks(&list->all_rate);
	rate_reset_peaks(&list->rest_rate);
}

void list_thaw(struct list *list)
{
	for (uint32_t row = 0; row < list->sums.count; row++)
		list_row(list, row)->fixed = 0;
}

int list_copy(struct list *to, const struct list *from)
{
	*to = *from;
	return from->is_in_use ? tm_sums_copy(&to->sums, &from->sums) : 0;
}

void list_free(struct list *list)
{
	tm_sums_free(&list->sums);
	*list = (struct list){ 0 };
}
