#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

/* The tests that a record other than TRAFFIC can answer, a bit for each. LOST
 * is a sum of many packets, whose sizes and addresses are gone. */
__attribute__((cold)) static uint32_t answers(const struct tm_event *event)
{
	/* whether a fact is known shows when it is asked for */
	uint32_t known = 1 << TM_TEST_KIND | 1 << TM_TEST_DIRECTION |
			1 << TM_TEST_SINCE | 1 << TM_TEST_UNTIL |
			1 << TM_TEST_LOGIN | 1 << TM_TEST_LOGIN_NAME |
			1 << TM_TEST_FACT;

	if (event->ifindex)
		known |= 1 << TM_TEST_IFINDEX | 1 << TM_TEST_INTERFACE_NAME;
	if (event->flags & TM_LOOPBACK)
		known |= 1 << TM_TEST_LOOPBACK;
	if (event->kind == TM_UNATTRIBUTED)
		return known;
	known |= 1 << TM_TEST_UID | 1 << TM_TEST_USER_NAME;
	if (event->pid)
		known |= 1 << TM_TEST_PID;
	if (*event->process)
		known |= 1 << TM_TEST_COMM | 1 << TM_TEST_PROCESS_PATTERN;
	if (event->cgroup_id)
		known |= 1 << TM_TEST_CGROUP | 1 << TM_TEST_CGROUP_NAME;
	if (event->protocol)
		known |= 1 << TM_TEST_PROTOCOL;
	return known;
}

static uint64_t begin_ns(const struct tm_event *event)
{
	const uint64_t span_ns = event->span * UINT64_C(10000000);

	return span_ns < event->time_ns ? event->time_ns - span_ns : 0;
}

static uint64_t field(const struct tm_step *step, const struct tm_event *event)
{
	uint64_t value;

	memcpy(&value, (const char *)event + step->offset, sizeof(value));
	return value & step->mask;
}

static bool is_like(const struct tm_event *event, const char *pattern)
{
	char name[TM_COMM_SIZE + 1] = "";

	memcpy(name, event->process, TM_COMM_SIZE);
	return !fnmatch(pattern, name, 0);
}

/* The rarer tests, out of line. */
static __attribute__((noinline)) bool filter_holds(
		const struct tm_step *step, const struct tm_event *event)
{
	switch (step->how) {
	case TM_BEGINS_BEFORE:
		return begin_ns(event) < step->low;
	case TM_OF_PATTERN:
		return is_like(event, step->pattern);
	case TM_OF_INTERFACE:
		return tm_ids_hold(step->ids,
				(uint64_t)event->netns << 32 | event->ifindex);
	}
	return tm_ids_hold(step->ids, field(step, event));
}

/* What no field of the event holds. A record without details may lack it. */
static __attribute__((noinline)) enum tm_truth names_answer(
		const struct tm_step *step, struct tm_names *names,
		const struct tm_event *event)
{
	uint32_t uid;

	if (step->how == TM_OF_FACT)
		return tm_wanted_answer(step->wanted, event);
	if (step->how == TM_OF_SERVICE)
		return tm_wanted_service_answer(step->wanted, event);
	uid = tm_names_login(names, event);
	if (uid == TM_NOBODY && event->kind != TM_TRAFFIC)
		return TM_UNDECIDED;
	return step->how == TM_OF_LOGIN ? uid >= step->low && uid <= step->high
					: tm_ids_hold(step->ids, uid);
}

/* TM_KEEP, or the exit of the rule that drops the event. */
static inline int filter_run(const struct tm_filter *filter,
		const struct tm_event *event, uint32_t known)
{
	const struct tm_step *const steps = filter->program.steps;
	const struct tm_step *step;
	int at = filter->program.entry;
	enum tm_truth answer;
	uint64_t value;
	bool is_true;

	while (at >= 0) {
		step = &steps[at];
		if (!(known >> step->test & 1)) {
			at = step->unknown;
			continue;
		}
		if (step->how == TM_WITHIN) {
			value = field(step, event);
			is_true = value >= step->low && value <= step->high;
		} else if (step->how == TM_IN_NETWORKS) {
			is_true = tm_networks_hold(step->list->networks,
					(const uint8_t *)event + step->offset);
		} else if (step->how < TM_OF_NAMES) {
			is_true = filter_holds(step, event);
		} else {
			answer = names_answer(
					step, filter->sources.names, event);
			if (answer == TM_UNDECIDED) {
				at = step->unknown;
				continue;
			}
			is_true = answer == TM_TRUE;
		}
		at = is_true ? step->yes : step->no;
	}
	return at;
}

/* Records about the stream are followed and always passed on. */
static int filter_follow(struct tm_filter *filter, struct tm_event *event)
{
	if ((event->kind == TM_NAME || event->kind == TM_START) &&
			filter->sources.has_names &&
			tm_ids_note(filter->sources.ids, filter->sources.names,
					event))
		return -1;
	return tm_drops_note(&filter->drops, event);
}

static bool passes(struct tm_filter *filter, const struct tm_event *event)
{
	const uint32_t known =
			event->kind == TM_TRAFFIC ? UINT32_MAX : answers(event);
	const int at = filter_run(filter, event, known);
	struct tm_rule *rule;

	if (at == TM_KEEP)
		return true;
	rule = &filter->program.rules[tm_exit_of(at)];
	rule->events++;
	tm_amount_count(&rule->amount, event);
	tm_drops_add(&filter->drops, event);
	return false;
}

/* Who listens shows in events that are dropped, too. */
static void filter_learn_ports(struct tm_filter *filter,
		const struct tm_event *events, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (events[i].kind == TM_TRAFFIC)
			tm_ports_note(filter->sources.ports, &events[i]);
	}
}

static void count_kept(struct tm_filter *filter, const struct tm_event *events,
		size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (events[i].kind > TM_UNATTRIBUTED)
			continue;
		filter->events++;
		tm_amount_count(&filter->amount, &events[i]);
	}
}

ssize_t tm_filter_sift(
		struct tm_filter *filter, struct tm_event *events, size_t n)
{
	size_t kept = 0;

	if (filter->sources.ports)
		filter_learn_ports(filter, events, n);
	for (size_t i = 0; i < n; i++) {
		if (__builtin_expect(events[i].kind > TM_UNATTRIBUTED, 0)) {
			if (filter_follow(filter, &events[i]))
				return -1;
		} else if (!passes(filter, &events[i])) {
			continue;
		}
		if (kept != i)
			events[kept] = events[i];
		kept++;
	}
	if (filter->counts_kept)
		count_kept(filter, events, kept);
	return kept;
}

void tm_filter_free(struct tm_filter *filter)
{
	tm_filter_sources_free(&filter->sources);
	tm_program_free(&filter->program);
	tm_drops_free(&filter->drops);
	memset(filter, 0, sizeof(*filter));
}
