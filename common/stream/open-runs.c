#include <stdlib.h>

#include "open-runs.h"

static void *data_of(const struct tm_open_runs *runs, uint32_t slot)
{
	return runs->data + slot * runs->size;
}

static bool is_run(const void *slots, uint32_t slot, const void *id)
{
	return ((const struct tm_open_slot *)slots)[slot].id ==
			*(const uint64_t *)id;
}

static uint32_t open_runs_find(const struct tm_open_runs *runs, uint64_t id)
{
	return tm_map_find(
			&runs->map, tm_map_hash(id), is_run, runs->slots, &id);
}

void *tm_open_runs_find(const struct tm_open_runs *runs, uint64_t id)
{
	const uint32_t slot = open_runs_find(runs, id);

	return slot == TM_OPEN_RUNS_NONE ? NULL : data_of(runs, slot);
}

void *tm_open_runs_latest(const struct tm_open_runs *runs)
{
	return runs->last ? data_of(runs, runs->last - 1) : NULL;
}

void *tm_open_runs_oldest(const struct tm_open_runs *runs)
{
	return runs->first ? data_of(runs, runs->first - 1) : NULL;
}

void *tm_open_runs_ended_by(const struct tm_open_runs *runs, uint64_t id)
{
	void *const same = tm_open_runs_find(runs, id);

	if (same || runs->count < TM_OPEN_RUNS_MOST)
		return same;
	return tm_open_runs_oldest(runs);
}

static void remove_slot(struct tm_open_runs *runs, uint32_t slot)
{
	struct tm_open_slot *const at = &runs->slots[slot];

	tm_map_remove(&runs->map, tm_map_hash(at->id), slot);
	*(at->older ? &runs->slots[at->older - 1].newer : &runs->first) =
			at->newer;
	*(at->newer ? &runs->slots[at->newer - 1].older : &runs->last) =
			at->older;
	at->older = runs->free;
	runs->free = slot + 1;
	runs->count--;
}

static int open_runs_grow(struct tm_open_runs *runs)
{
	const uint32_t room = runs->room ? 2 * runs->room : 4;
	void *slots, *data;

	slots = reallocarray(runs->slots, room, sizeof(*runs->slots));
	if (!slots)
		return -1;
	runs->slots = slots;
	data = reallocarray(runs->data, room, runs->size);
	if (!data)
		return -1;
	runs->data = data;
	if (tm_map_reserve(&runs->map, room))
		return -1;
	runs->room = room;
	return 0;
}

/* A free slot, or a new one. */
static uint32_t open_runs_take_slot(struct tm_open_runs *runs)
{
	const uint32_t slot = runs->free - 1;

	if (!runs->free)
		return runs->made++;
	runs->free = runs->slots[slot].older;
	return slot;
}

void *tm_open_runs_start(struct tm_open_runs *runs, uint64_t id)
{
	const uint32_t same = open_runs_find(runs, id);
	uint32_t slot;

	if (same != TM_OPEN_RUNS_NONE)
		remove_slot(runs, same);
	else if (runs->count == TM_OPEN_RUNS_MOST)
		remove_slot(runs, runs->first - 1);
	if (!runs->free && runs->made == runs->room && open_runs_grow(runs))
		return NULL;
	slot = open_runs_take_slot(runs);
	runs->slots[slot] = (struct tm_open_slot){ id, runs->last, 0 };
	*(runs->last ? &runs->slots[runs->last - 1].newer : &runs->first) =
			slot + 1;
	runs->last = slot + 1;
	runs->count++;
	tm_map_put(&runs->map, tm_map_hash(id), slot);
	return memset(data_of(runs, slot), 0, runs->size);
}

bool tm_open_runs_end(struct tm_open_runs *runs, uint64_t id)
{
	const uint32_t slot = open_runs_find(runs, id);

	if (slot == TM_OPEN_RUNS_NONE)
		return false;
	remove_slot(runs, slot);
	return true;
}

void *tm_open_runs_next(
		const struct tm_open_runs *runs, uint32_t *step, uint64_t *id)
{
	const uint32_t slot = *step ? runs->slots[*step - 1].older : runs->last;

	if (!slot)
		return NULL;
	*step = slot;
	*id = runs->slots[slot - 1].id;
	return data_of(runs, slot - 1);
}

void tm_open_runs_free(struct tm_open_runs *runs)
{
	free(runs->data);
	free(runs->slots);
	tm_map_free(&runs->map);
	*runs = (struct tm_open_runs){ .size = runs->size };
}
