#include "replay-runs.h"

static int replay_run_start(struct replay_runs *runs, uint64_t id)
{
	runs->open.size = sizeof(struct replay_run);
	return tm_open_runs_start(&runs->open, id) ? 0 : -1;
}

static void replay_note_status(
		struct replay_runs *runs, const struct tm_status *status)
{
	struct replay_run *const run =
			tm_open_runs_find(&runs->open, status->run_id);

	if (!run)
		return;
	run->excluded[status->direction & 1] = status->excluded;
	if (status->kind == TM_END && status->direction == TM_OUT)
		tm_open_runs_end(&runs->open, status->run_id);
	else if (status->kind == TM_END)
		run->has_in_ended = true;
}

int replay_runs_note(struct replay_runs *runs, const struct tm_event *event)
{
	if (event->kind == TM_START)
		return replay_run_start(
				runs, ((const struct tm_start *)event)->run_id);
	if (event->kind == TM_TICK || event->kind == TM_END)
		replay_note_status(runs, (const struct tm_status *)event);
	return 0;
}

static struct tm_status replay_run_end(const struct replay_run *run,
		uint64_t id, enum tm_direction direction, uint64_t time_ns)
{
	const struct tm_amount recorded = run->recorded[direction];
	const struct tm_amount excluded = run->excluded[direction];
	const struct tm_amount lost = run->lost[direction];

	return (struct tm_status){
		.magic = TM_MAGIC,
		.kind = TM_END,
		.direction = direction,
		.time_ns = time_ns,
		.run_id = id,
		.seen = { recorded.packets + excluded.packets + lost.packets,
				recorded.bytes + excluded.bytes + lost.bytes },
		.recorded = recorded,
		.excluded = excluded,
		.lost = lost,
	};
}

size_t replay_runs_end(struct replay_runs *runs, uint64_t time_ns,
		struct tm_status out[2])
{
	uint32_t step = 0;
	uint64_t id;
	const struct replay_run *const run =
			tm_open_runs_next(&runs->open, &step, &id);
	size_t n = 0;

	if (!run)
		return 0;
	if (!run->has_in_ended)
		out[n++] = replay_run_end(run, id, TM_IN, time_ns);
	out[n++] = replay_run_end(run, id, TM_OUT, time_ns);
	tm_open_runs_end(&runs->open, id);
	return n;
}
