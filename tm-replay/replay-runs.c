#include <string.h>

#include "replay-runs.h"

static void close_run(struct replay_runs *runs, const struct replay_run *run)
{
	const unsigned i = run - runs->open;

	memmove(&runs->open[i], &runs->open[i + 1],
			(runs->count - i) * sizeof(*runs->open));
	runs->count--;
}

static struct replay_run *find(struct replay_runs *runs, uint64_t id)
{
	for (unsigned i = runs->count; i; i--) {
		if (runs->open[i].id == id)
			return &runs->open[i];
	}
	return NULL;
}

static void open_run(struct replay_runs *runs, uint64_t id)
{
	struct replay_run *const same = find(runs, id); /* it was cut there */

	if (same)
		close_run(runs, same);
	else if (runs->count == RUNS)
		close_run(runs, &runs->open[1]);
	runs->open[++runs->count] = (struct replay_run){ .id = id };
}

static void note_status(
		struct replay_runs *runs, const struct tm_status *status)
{
	struct replay_run *const run = find(runs, status->run_id);

	if (!run)
		return;
	run->excluded[status->direction & 1] = status->excluded;
	if (status->kind == TM_END && status->direction == TM_OUT)
		close_run(runs, run);
	else if (status->kind == TM_END)
		run->has_in_ended = true;
}

void replay_runs_note(struct replay_runs *runs, const struct tm_event *event)
{
	if (event->kind == TM_START)
		open_run(runs, ((const struct tm_start *)event)->run_id);
	else if (event->kind == TM_TICK || event->kind == TM_END)
		note_status(runs, (const struct tm_status *)event);
}

static struct tm_status end_of(const struct replay_run *run,
		enum tm_direction direction, uint64_t time_ns)
{
	const struct tm_amount recorded = run->recorded[direction];
	const struct tm_amount excluded = run->excluded[direction];
	const struct tm_amount lost = run->lost[direction];

	return (struct tm_status){
		.magic = TM_MAGIC,
		.kind = TM_END,
		.direction = direction,
		.time_ns = time_ns,
		.run_id = run->id,
		.seen = { recorded.packets + excluded.packets + lost.packets,
				recorded.bytes + excluded.bytes + lost.bytes },
		.recorded = recorded,
		.excluded = excluded,
		.lost = lost,
	};
}

size_t replay_runs_end(const struct replay_runs *runs, uint64_t time_ns,
		struct tm_status out[2 * RUNS])
{
	size_t n = 0;

	for (unsigned i = runs->count; i; i--) {
		const struct replay_run *const run = &runs->open[i];

		if (!run->has_in_ended)
			out[n++] = end_of(run, TM_IN, time_ns);
		out[n++] = end_of(run, TM_OUT, time_ns);
	}
	return n;
}
