#include <string.h>

#include "source.h"

static void begin_run(struct source *source, const struct tm_start *start)
{
	source->runs.size = 1; /* nothing is kept */
	tm_open_runs_start(&source->runs, start->run_id);
	memcpy(source->host, start->host, TM_HOST_SIZE);
}

void source_note(struct source *source, const struct tm_event *event,
		uint64_t now_ns)
{
	const struct tm_status *const status = (const void *)event;

	if (event->kind == TM_START)
		begin_run(source, (const void *)event);
	else if (event->kind == TM_END && event->direction == TM_OUT)
		tm_open_runs_end(&source->runs, status->run_id);
	if (event->kind == TM_TICK) {
		source->has_ticks = true;
		source->tick_ns = event->time_ns;
		source->heard_ns = now_ns;
	}
}
