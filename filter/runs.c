#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runs.h"

static bool is_open(const struct tm_runs *runs)
{
	return runs->started_count;
}

/* Where drops go now; the arrays may have moved. */
static void choose(struct tm_runs *runs)
{
	const struct tm_started *last;

	runs->current = NULL;
	if (!is_open(runs))
		return;
	last = &runs->started[runs->started_count - 1];
	runs->current = &runs->runs[last->number].dropped;
}

/* The run's number, a new one where needed; TM_INDEX_NONE: no memory. */
static uint32_t number_of(struct tm_runs *runs, uint64_t run_id)
{
	const uint32_t count = runs->index.count;
	const uint32_t number = tm_index_add(&runs->index, run_id);
	struct tm_run *longer;

	if (number != count || count & (count - 1))
		return number;
	longer = realloc(runs->runs, (count ? 2 * count : 1) * sizeof(*longer));
	if (!longer)
		return TM_INDEX_NONE;
	runs->runs = longer;
	return number;
}

static int push(struct tm_runs *runs, uint32_t number)
{
	const size_t size = runs->started_size ? 2 * runs->started_size : 4;
	struct tm_started *longer;

	if (runs->started_count == runs->started_size) {
		longer = realloc(runs->started, size * sizeof(*longer));
		if (!longer)
			return -1;
		runs->started = longer;
		runs->started_size = size;
	}
	runs->started[runs->started_count++] =
			(struct tm_started){ ++runs->serial, number };
	runs->runs[number].serial = runs->serial;
	choose(runs);
	return 0;
}

static int start(struct tm_runs *runs, uint64_t run_id,
		struct tm_dropped dropped)
{
	const uint32_t number = number_of(runs, run_id);

	if (number == TM_INDEX_NONE)
		return -1;
	runs->runs[number].dropped = dropped;
	return push(runs, number);
}

/* Those that ended while a later one was open go when they come up. */
static void end(struct tm_runs *runs, struct tm_run *run)
{
	const struct tm_started *last;

	run->serial = 0;
	while (is_open(runs)) {
		last = &runs->started[runs->started_count - 1];
		if (runs->runs[last->number].serial == last->serial)
			break;
		runs->started_count--;
	}
	choose(runs);
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
static int adopt(struct tm_runs *runs, uint64_t run_id)
{
	if (is_open(runs) ||
			tm_index_find(&runs->index, run_id) != TM_INDEX_NONE)
		return 0;
	if (start(runs, run_id, runs->stray))
		return -1;
	memset(&runs->stray, 0, sizeof(runs->stray));
	return 0;
}

static int settle(struct tm_runs *runs, struct tm_status *status)
{
	const unsigned direction = status->direction & 1;
	struct tm_run *run;
	uint32_t number;

	if (adopt(runs, status->run_id))
		return -1;
	number = tm_index_find(&runs->index, status->run_id);
	if (number == TM_INDEX_NONE)
		return 0;
	run = &runs->runs[number];
	move(&status->recorded, &status->excluded,
			&run->dropped.recorded[direction]);
	move(&status->lost, &status->excluded, &run->dropped.lost[direction]);
	if (status->kind == TM_END && direction == TM_OUT)
		end(runs, run);
	return 0;
}

int tm_runs_note(struct tm_runs *runs, struct tm_event *event)
{
	const struct tm_start *const started = (const void *)event;

	if (event->kind == TM_START)
		return start(runs, started->run_id, (struct tm_dropped){ 0 });
	if (event->kind == TM_TICK || event->kind == TM_END)
		return settle(runs, (struct tm_status *)event);
	return 0;
}

void tm_runs_free(struct tm_runs *runs)
{
	tm_index_free(&runs->index);
	free(runs->runs);
	free(runs->started);
	memset(runs, 0, sizeof(*runs));
}
