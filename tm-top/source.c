#include <string.h>

#include "source.h"

static void forget_run(struct source *source, uint64_t id)
{
	for (unsigned i = 0; i < source->run_count; i++) {
		if (source->runs[i] == id) {
			source->runs[i] = source->runs[--source->run_count];
			return;
		}
	}
}

static void begin_run(struct source *source, const struct tm_start *start)
{
	forget_run(source, start->run_id);
	if (source->run_count < RUNS_SEEN)
		source->runs[source->run_count++] = start->run_id;
	memcpy(source->host, start->host, TM_HOST_SIZE);
}

void source_note(struct source *source, const struct tm_event *event,
		uint64_t now_ns)
{
	const struct tm_status *const status = (const void *)event;

	if (event->kind == TM_START)
		begin_run(source, (const void *)event);
	else if (event->kind == TM_END && event->direction == TM_OUT)
		forget_run(source, status->run_id);
	if (event->kind == TM_TICK) {
		source->has_ticks = true;
		source->tick_ns = event->time_ns;
		source->heard_ns = now_ns;
	}
}
