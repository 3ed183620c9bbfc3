#include "drops.h"

static void drops_choose(struct tm_drops *drops)
{
	drops->current = tm_open_runs_latest(&drops->open);
	if (!drops->current)
		drops->current = &drops->stray;
}

static int drops_start(struct tm_drops *drops, uint64_t run_id,
		struct tm_dropped dropped)
{
	struct tm_dropped *run;

	drops->open.size = sizeof(*run);
	run = tm_open_runs_start(&drops->open, run_id);
	if (run)
		*run = dropped;
	drops_choose(drops);
	return run ? 0 : -1;
}

static uint64_t drops_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void amount_move(struct tm_amount *from, struct tm_amount *to,
		const struct tm_amount *amount)
{
	const uint64_t packets = drops_least(from->packets, amount->packets);
	const uint64_t bytes = drops_least(from->bytes, amount->bytes);

	from->packets -= packets;
	to->packets += packets;
	from->bytes -= bytes;
	to->bytes += bytes;
}

/* A part of a recording may begin after its START: the first TICK or END
 * identifies the run of the drops so far. */
static int adopt(struct tm_drops *drops, uint64_t run_id)
{
	const struct tm_dropped dropped = drops->stray;

	if (drops->open.count)
		return 0;
	drops->stray = (struct tm_dropped){ 0 };
	return drops_start(drops, run_id, dropped);
}

static int settle(struct tm_drops *drops, struct tm_status *status)
{
	const unsigned direction = status->direction & 1;
	struct tm_dropped *run;

	if (adopt(drops, status->run_id))
		return -1;
	run = tm_open_runs_find(&drops->open, status->run_id);
	if (!run)
		return 0;
	amount_move(&status->recorded, &status->excluded,
			&run->recorded[direction]);
	amount_move(&status->lost, &status->excluded, &run->lost[direction]);
	if (status->kind == TM_END && direction == TM_OUT) {
		tm_open_runs_end(&drops->open, status->run_id);
		drops_choose(drops);
	}
	return 0;
}

int tm_drops_note(struct tm_drops *drops, struct tm_event *event)
{
	const struct tm_start *const started = (const void *)event;

	if (event->kind == TM_START)
		return drops_start(drops, started->run_id,
				(struct tm_dropped){ 0 });
	if (event->kind == TM_TICK || event->kind == TM_END)
		return settle(drops, (struct tm_status *)event);
	return 0;
}

void tm_drops_free(struct tm_drops *drops)
{
	tm_open_runs_free(&drops->open);
	*drops = (struct tm_drops){ 0 };
}
