#include <stdlib.h>

#include "runs.h"

struct tm_runs *tm_runs_new(bool again)
{
	struct tm_runs *runs = calloc(1, sizeof(*runs));

	if (!runs)
		return NULL;
	runs->again = again;
	runs->open.size = sizeof(struct tm_passing);
	runs->current = &runs->stray;
	return runs;
}

/* Searches the newest first, where most look-ups end. */
static struct tm_run *kept_find(struct tm_runs *runs, uint64_t id)
{
	uint32_t at = runs->oldest;

	for (uint32_t i = 0; i < runs->kept_count; i++) {
		at = at ? at - 1 : runs->kept_count - 1;
		if (runs->kept[at].id == id)
			return &runs->kept[at];
	}
	return NULL;
}

static struct tm_run *kept_add(struct tm_runs *runs, uint64_t id)
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
	run = kept_find(runs, id);
	if (run && run->counted >= counted)
		return;
	if (!run)
		run = kept_add(runs, id);
	run->counted = counted;
	number = run - runs->kept;
	if (runs->is_changed[number])
		return;
	runs->is_changed[number] = true;
	runs->changed[runs->changed_count++] = number;
}

void tm_runs_note(struct tm_runs *runs)
{
	const struct tm_passing *passing;
	uint32_t step = 0;
	uint64_t id;

	while ((passing = tm_open_runs_next(&runs->open, &step, &id))) {
		if (passing->passed > passing->before)
			tm_runs_keep(runs, id, passing->passed);
	}
}

void tm_runs_settle(struct tm_runs *runs)
{
	for (uint32_t i = 0; i < runs->changed_count; i++)
		runs->is_changed[runs->changed[i]] = false;
	runs->changed_count = 0;
}

static void runs_choose(struct tm_runs *runs)
{
	runs->current = tm_open_runs_latest(&runs->open);
	if (!runs->current)
		runs->current = &runs->stray;
}

static int open_run(
		struct tm_runs *runs, uint64_t id, struct tm_passing passing)
{
	struct tm_passing *const run = tm_open_runs_start(&runs->open, id);

	if (run)
		*run = passing;
	runs->stray.passed = 0;
	runs_choose(runs);
	return run ? 0 : -1;
}

static uint64_t kept_counted(struct tm_runs *runs, uint64_t id)
{
	const struct tm_run *run = id ? kept_find(runs, id) : NULL;

	return run ? run->counted : 0;
}

int tm_runs_start(struct tm_runs *runs, uint64_t id, uint64_t *before)
{
	tm_runs_note(runs);
	*before = runs->again ? 0 : kept_counted(runs, id);
	return open_run(runs, id, (struct tm_passing){ .before = *before });
}

int tm_runs_tick(struct tm_runs *runs, uint64_t id)
{
	struct tm_passing passing = { 0 };

	if (runs->open.count || !id)
		return 0;
	passing.passed = kept_counted(runs, id);
	if (passing.passed == TM_RUN_ENDED)
		return 0;
	passing.passed += runs->stray.passed;
	return open_run(runs, id, passing);
}

void tm_runs_end(struct tm_runs *runs, uint64_t id)
{
	tm_open_runs_end(&runs->open, id);
	runs_choose(runs);
	tm_runs_keep(runs, id, TM_RUN_ENDED);
}

void tm_runs_free(struct tm_runs *runs)
{
	if (runs)
		tm_open_runs_free(&runs->open);
	free(runs);
}
