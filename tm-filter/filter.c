#include "filter.h"

/* What says something of the stream is followed, and always passed on. */
static int follow(struct tm_filter *filter, struct tm_event *event)
{
	if (event->kind == TM_NAME)
		return tm_ids_note(
			filter->sources.ids, filter->sources.names, event);
	return tm_runs_note(&filter->runs, event);
}

static void drop(struct tm_filter *filter, const struct tm_event *event,
	struct tm_rule *rule)
{
	rule->events++;
	rule->amount.packets += event->packets;
	rule->amount.bytes += event->bytes;
	tm_runs_drop(&filter->runs, event);
}

static bool passes(struct tm_filter *filter, const struct tm_event *event)
{
	const int rule = tm_program_run(&filter->program, event);

	if (rule != TM_KEEP) {
		drop(filter, event, &filter->program.rules[rule]);
		return false;
	}
	filter->events++;
	filter->amount.packets += event->packets;
	filter->amount.bytes += event->bytes;
	return true;
}

ssize_t tm_filter_sift(
	struct tm_filter *filter, struct tm_event *events, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (events[i].kind > TM_UNATTRIBUTED) {
			if (follow(filter, &events[i]))
				return -1;
		} else if (!passes(filter, &events[i])) {
			continue;
		}
		if (kept != i)
			events[kept] = events[i];
		kept++;
	}
	return kept;
}
