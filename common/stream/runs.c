#include <stdlib.h>
#include <string.h>

#include "runs.h"

struct tm_runs *tm_runs_new(bool again)
{
	struct tm_runs *runs = calloc(1, sizeof(*runs));

	if (!runs)
		return NULL;
	runs->again = again;
	runs->open_count = 1;
	runs->current = runs->open;
	return runs;
}

/* The newest are looked at first: that is where most answers are. */
static struct tm_run *find(struct tm_runs *runs, uint64_t id)
{
	uint32_t at = runs->oldest;

	for (uint32_t i = 0; i < runs->kept_count; i++) {
		at = at ? at - 1 : runs->kept_count - 1;
		if (runs->kept[at].id == id)
			return &runs->kept[at];
	}
	return NULL;
}

static struct tm_run *add(struct tm_runs *runs, uint64_t id)
{
	struct tm_run *run;

	if (runs->kept_count < TM_RUNS_KEPT) {
		run = &runs->kept[runs->kept_count++];
	} else {
		run = &runs->kept[runs->oldest];
		runs->oldest = (runs->oldest + 1) % TM_RUNS_KEPT;
	}
	*run = (struct tm_run){ .id = id };
	return run;
}

void tm_runs_keep(struct tm_runs *runs, uint64_t id, uint64_t counted)
{
	struct tm_run *run;
	uint32_t number;

	if (!id)
		return;
	run = find(runs, id);
	if (run && run->counted >= counted)
		return;
	if (!run)
		run = add(runs, id);
	run->counted = counted;
	number = run - runs->kept;
	if (runs->is_changed[number])
		return;
	runs->is_changed[number] = true;
	runs->changed[runs->changed_count++] = number;
}

void tm_runs_note(struct tm_runs *runs)
{
	for (uint32_t i = 1; i < runs->open_count; i++) {
		const struct tm_open_run *run = &runs->open[i];

		if (run->passed > run->before)
			tm_runs_keep(runs, run->id, run->passed);
	}
}

void tm_runs_settle(struct tm_runs *runs)
{
	for (uint32_t i = 0; i < runs->changed_count; i++)
		runs->is_changed[runs->changed[i]] = false;
	runs->changed_count = 0;
}

static void open_run(struct tm_runs *runs, struct tm_open_run run)
{
	runs->open[runs->open_count++] = run;
	runs->current = &runs->open[runs->open_count - 1];
	runs->open[0].passed = 0;
}

static void close_run(struct tm_runs *runs, uint32_t i)
{
	runs->open_count--;
	memmove(&runs->open[i], &runs->open[i + 1],
			(runs->open_count - i) * sizeof(runs->open[0]));
	runs->current = &runs->open[runs->open_count - 1];
}

/* The innermost open run of that id; 0 for none. */
static uint32_t find_open(const struct tm_runs *runs, uint64_t id)
{
	for (uint32_t i = runs->open_count; --i;) {
		if (runs->open[i].id == id)
			return i;
	}
	return 0;
}

static uint64_t counted_of(struct tm_runs *runs, uint64_t id)
{
	const struct tm_run *run = id ? find(runs, id) : NULL;

	return run ? run->counted : 0;
}

uint64_t tm_runs_start(struct tm_runs *runs, uint64_t id)
{
	struct tm_open_run run = { .id = id };
	uint32_t i;

	tm_runs_note(runs);
	i = find_open(runs, id); /* it was cut there, and begins again */
	if (i)
		close_run(runs, i);
	else if (runs->open_count == TM_RUNS_OPEN)
		close_run(runs, 1);
	run.before = runs->again ? 0 : counted_of(runs, id);
	open_run(runs, run);
	return run.before;
}

void tm_runs_tick(struct tm_runs *runs, uint64_t id)
{
	struct tm_open_run run = { .id = id };

	if (runs->open_count > 1 || !id)
		return;
	run.passed = counted_of(runs, id);
	if (run.passed == TM_RUN_ENDED)
		return;
	run.passed += runs->open[0].passed;
	open_run(runs, run);
}

void tm_runs_end(struct tm_runs *runs, uint64_t id)
{
	const uint32_t i = find_open(runs, id);

	if (i)
		close_run(runs, i);
	tm_runs_keep(runs, id, TM_RUN_ENDED);
}
