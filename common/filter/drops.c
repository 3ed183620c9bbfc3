#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "drops.h"

static bool is_open(const struct tm_drops *drops)
{
	return drops->started_count;
}

/* Where drops go now; the arrays may have moved. */
static void choose(struct tm_drops *drops)
{
	const struct tm_drops_start *last;

	drops->current = NULL;
	if (!is_open(drops))
		return;
	last = &drops->started[drops->started_count - 1];
	drops->current = &drops->runs[last->number].dropped;
}

/* The run's number, a new one where needed; TM_INDEX_NONE: no memory. */
static uint32_t number_of(struct tm_drops *drops, uint64_t run_id)
{
	const uint32_t count = drops->index.count;
	const uint32_t number = tm_index_add(&drops->index, run_id);
	struct tm_drops_run *longer;

	if (number != count || count & (count - 1))
		return number;
	longer = realloc(
			drops->runs, (count ? 2 * count : 1) * sizeof(*longer));
	if (!longer)
		return TM_INDEX_NONE;
	drops->runs = longer;
	return number;
}

static int push(struct tm_drops *drops, uint32_t number)
{
	const size_t size = drops->started_size ? 2 * drops->started_size : 4;
	struct tm_drops_start *longer;

	if (drops->started_count == drops->started_size) {
		longer = realloc(drops->started, size * sizeof(*longer));
		if (!longer)
			return -1;
		drops->started = longer;
		drops->started_size = size;
	}
	drops->started[drops->started_count++] =
			(struct tm_drops_start){ ++drops->serial, number };
	drops->runs[number].serial = drops->serial;
	choose(drops);
	return 0;
}

static int start(struct tm_drops *drops, uint64_t run_id,
		struct tm_dropped dropped)
{
	const uint32_t number = number_of(drops, run_id);

	if (number == TM_INDEX_NONE)
		return -1;
	drops->runs[number].dropped = dropped;
	return push(drops, number);
}

/* Those that ended while a later one was open go when they come up. */
static void end(struct tm_drops *drops, struct tm_drops_run *run)
{
	const struct tm_drops_start *last;

	run->serial = 0;
	while (is_open(drops)) {
		last = &drops->started[drops->started_count - 1];
		if (drops->runs[last->number].serial == last->serial)
			break;
		drops->started_count--;
	}
	choose(drops);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void move(struct tm_amount *from, struct tm_amount *to,
		const struct tm_amount *amount)
{
	const uint64_t packets = least(from->packets, amount->packets);
	const uint64_t bytes = least(from->bytes, amount->bytes);

	from->packets -= packets;
	to->packets += packets;
	from->bytes -= bytes;
	to->bytes += bytes;
}

/* A piece of a recording may begin after its START: the first TICK or END tells
 * whose the drops so far were. */
static int adopt(struct tm_drops *drops, uint64_t run_id)
{
	if (is_open(drops) ||
			tm_index_find(&drops->index, run_id) != TM_INDEX_NONE)
		return 0;
	if (start(drops, run_id, drops->stray))
		return -1;
	memset(&drops->stray, 0, sizeof(drops->stray));
	return 0;
}

static int settle(struct tm_drops *drops, struct tm_status *status)
{
	const unsigned direction = status->direction & 1;
	struct tm_drops_run *run;
	uint32_t number;

	if (adopt(drops, status->run_id))
		return -1;
	number = tm_index_find(&drops->index, status->run_id);
	if (number == TM_INDEX_NONE)
		return 0;
	run = &drops->runs[number];
	move(&status->recorded, &status->excluded,
			&run->dropped.recorded[direction]);
	move(&status->lost, &status->excluded, &run->dropped.lost[direction]);
	if (status->kind == TM_END && direction == TM_OUT)
		end(drops, run);
	return 0;
}

int tm_drops_note(struct tm_drops *drops, struct tm_event *event)
{
	const struct tm_start *const started = (const void *)event;

	if (event->kind == TM_START)
		return start(drops, started->run_id, (struct tm_dropped){ 0 });
	if (event->kind == TM_TICK || event->kind == TM_END)
		return settle(drops, (struct tm_status *)event);
	return 0;
}

void tm_drops_free(struct tm_drops *drops)
{
	tm_index_free(&drops->index);
	free(drops->runs);
	free(drops->started);
	memset(drops, 0, sizeof(*drops));
}
