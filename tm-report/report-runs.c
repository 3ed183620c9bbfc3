#include "report-runs.h"

/* By direction, as the latest status of a run tells. */
struct excluded {
	struct tm_amount amounts[2];
};

static void excluded_add(struct tm_amount *sum, const struct excluded *excluded)
{
	for (int i = TM_IN; i <= TM_OUT && excluded; i++)
		tm_amount_add(sum, &excluded->amounts[i]);
}

static void report_runs_close(struct report_runs *runs, uint64_t id)
{
	excluded_add(&runs->ended, tm_open_runs_find(&runs->open, id));
	tm_open_runs_end(&runs->open, id);
}

/* A piece of a recording may begin after its START. */
static struct excluded *find_or_open(struct report_runs *runs, uint64_t id)
{
	struct excluded *const known = tm_open_runs_find(&runs->open, id);

	if (known)
		return known;
	runs->open.size = sizeof(struct excluded);
	excluded_add(&runs->ended, tm_open_runs_ended_by(&runs->open, id));
	return tm_open_runs_start(&runs->open, id);
}

int report_runs_note(struct report_runs *runs, const struct tm_event *event)
{
	const struct tm_status *status = (const void *)event;
	const struct tm_start *start = (const void *)event;
	struct excluded *excluded;

	if (event->kind == TM_START)
		report_runs_close(runs, start->run_id); /* the same recording
							   once more */
	if (event->kind != TM_TICK && event->kind != TM_END)
		return 0;
	excluded = find_or_open(runs, status->run_id);
	if (!excluded)
		return -1;
	excluded->amounts[status->direction == TM_OUT] = status->excluded;
	if (event->kind == TM_END && status->direction == TM_OUT)
		report_runs_close(runs, status->run_id);
	return 0;
}

struct tm_amount report_runs_excluded(const struct report_runs *runs)
{
	struct tm_amount sum = runs->ended;
	const struct excluded *excluded;
	uint32_t step = 0;
	uint64_t id;

	while ((excluded = tm_open_runs_next(&runs->open, &step, &id)))
		excluded_add(&sum, excluded);
	return sum;
}
