#include <string.h>

#include "report-runs.h"

static void add(struct tm_amount *sum, const struct report_run *run)
{
	for (int i = TM_IN; i <= TM_OUT; i++) {
		sum->packets += run->excluded[i].packets;
		sum->bytes += run->excluded[i].bytes;
	}
}

static void close_run(struct report_runs *runs, unsigned i)
{
	add(&runs->closed, &runs->open[i]);
	runs->count--;
	memmove(&runs->open[i], &runs->open[i + 1],
			(runs->count - i) * sizeof(*runs->open));
}

static unsigned find(const struct report_runs *runs, uint64_t id)
{
	unsigned i = 0;

	while (i < runs->count && runs->open[i].id != id)
		i++;
	return i;
}

static unsigned find_or_open(struct report_runs *runs, uint64_t id)
{
	const unsigned i = find(runs, id);

	if (i < runs->count)
		return i;
	if (runs->count == RUNS)
		close_run(runs, 0);
	runs->open[runs->count] = (struct report_run){ .id = id };
	return runs->count++;
}

void report_runs_note(struct report_runs *runs, const struct tm_event *event)
{
	const struct tm_status *status = (const void *)event;
	const struct tm_start *start = (const void *)event;
	unsigned i;

	if (event->kind == TM_START) {
		/* the same recording once more */
		i = find(runs, start->run_id);
		if (i < runs->count)
			close_run(runs, i);
	} else if (event->kind == TM_TICK || event->kind == TM_END) {
		i = find_or_open(runs, status->run_id);
		runs->open[i].excluded[status->direction == TM_OUT] =
				status->excluded;
		if (event->kind == TM_END && status->direction == TM_OUT)
			close_run(runs, i);
	}
}

struct tm_amount report_runs_excluded(const struct report_runs *runs)
{
	struct tm_amount sum = runs->closed;

	for (unsigned i = 0; i < runs->count; i++)
		add(&sum, &runs->open[i]);
	return sum;
}
