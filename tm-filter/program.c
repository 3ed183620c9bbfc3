#include "program.h"

#include <stdlib.h>
#include <string.h>

/* Where to go on: the number of a step, TM_KEEP, or drop(rule). */
struct tm_step {
	struct tm_question question;
	int no, yes, unknown;
};

static int drop(size_t rule)
{
	return -2 - (int)rule;
}

int tm_program_add(struct tm_program *program, const struct tm_node *node,
	const char *text, size_t size)
{
	const size_t count = program->rule_count;
	struct tm_rule *const longer =
		realloc(program->rules, (count + 1) * sizeof(*longer));

	if (!longer)
		return -1;
	program->rules = longer;
	longer[count] =
		(struct tm_rule){.node = node, .text = strndup(text, size)};
	if (!longer[count].text)
		return -1;
	program->rule_count++;
	return 0;
}

/* The spine of a chain of ands leans left: from the last part to the first. */
int tm_program_add_expression(struct tm_program *program,
	const struct tm_node *node, const char *text)
{
	const size_t first = program->rule_count;
	struct tm_rule rule;
	bool is_and;

	do {
		is_and = node->join == TM_AND;
		const struct tm_node *const part = is_and ? node->right : node;

		if (tm_program_add(program, part, text + part->begin,
			    part->end - part->begin))
			return -1;
		node = node->left;
	} while (is_and);
	for (size_t i = first, j = program->rule_count - 1; i < j; i++, j--) {
		rule = program->rules[i];
		program->rules[i] = program->rules[j];
		program->rules[j] = rule;
	}
	return 0;
}

static int emit(struct tm_program *program, const struct tm_question *question,
	int no, int yes, int unknown)
{
	const size_t size = program->step_size ? 2 * program->step_size : 16;
	struct tm_step *longer;

	if (program->step_count == program->step_size) {
		longer = realloc(program->steps, size * sizeof(*longer));
		program->failed |= !longer;
		if (!longer)
			return TM_KEEP;
		program->steps = longer;
		program->step_size = size;
	}
	program->steps[program->step_count] =
		(struct tm_step){*question, no, yes, unknown};
	return program->step_count++;
}

/* Backwards, so that every step knows the ones after it. Returns where to
 * enter. Only parentheses nest; chains are a loop. */
static int generate(struct tm_program *program, const struct tm_node *node,
	int no, int yes, bool is_negated)
{
	int swap;

	for (; node->join != TM_ASK; node = node->left) {
		switch (node->join) {
		case TM_AND:
			yes = generate(
				program, node->right, no, yes, is_negated);
			break;
		case TM_OR:
			no = generate(
				program, node->right, no, yes, is_negated);
			break;
		default:
			swap = no;
			no = yes;
			yes = swap;
			is_negated = !is_negated;
		}
	}
	return emit(program, &node->question, no, yes, is_negated ? no : yes);
}

int tm_program_compile(struct tm_program *program, const char *inverted)
{
	size_t i = program->rule_count;
	const struct tm_node *node;

	if (inverted &&
		tm_program_add(program, NULL, inverted, strlen(inverted)))
		return -1;
	program->entry = inverted ? drop(i) : TM_KEEP;
	while (i--) {
		node = program->rules[i].node;
		program->entry = inverted ? generate(program, node, TM_KEEP,
						    program->entry, true)
					  : generate(program, node, drop(i),
						    program->entry, false);
	}
	return program->failed ? -1 : 0;
}

/* What of a record that is no TRAFFIC can be answered at all: a bit for each
 * test. A LOST is the sum of many: their sizes and addresses are gone. */
static uint32_t answers(const struct tm_event *event)
{
	uint32_t known = 1 << TM_TEST_KIND | 1 << TM_TEST_DIRECTION |
			 1 << TM_TEST_SINCE | 1 << TM_TEST_UNTIL;

	if (event->ifindex)
		known |= 1 << TM_TEST_IFINDEX | 1 << TM_TEST_INTERFACE_NAME;
	if (event->flags & TM_LOOPBACK)
		known |= 1 << TM_TEST_LOOPBACK;
	if (event->kind == TM_UNATTRIBUTED)
		return known;
	known |= 1 << TM_TEST_UID | 1 << TM_TEST_USER_NAME;
	if (event->pid)
		known |= 1 << TM_TEST_PID;
	if (*event->comm)
		known |= 1 << TM_TEST_COMM;
	if (event->cgroup_id)
		known |= 1 << TM_TEST_CGROUP | 1 << TM_TEST_CGROUP_NAME;
	if (event->protocol)
		known |= 1 << TM_TEST_PROTOCOL;
	return known;
}

static uint64_t number(enum tm_test test, const struct tm_event *event)
{
	switch (test) {
	case TM_TEST_KIND:
		return event->kind;
	case TM_TEST_DIRECTION:
		return event->direction;
	case TM_TEST_UID:
		return event->uid;
	case TM_TEST_PID:
		return event->pid;
	case TM_TEST_CGROUP:
		return event->cgroup_id;
	case TM_TEST_IFINDEX:
		return event->ifindex;
	case TM_TEST_PROTOCOL:
		return event->protocol;
	case TM_TEST_BYTES:
		return event->bytes;
	default:
		return event->packets;
	}
}

static bool is_within(const struct tm_question *question, uint64_t value)
{
	return value >= question->low && value <= question->high;
}

static bool ends_meet(enum tm_ends ends, bool source, bool destination)
{
	return ends == TM_SOURCE	? source
	       : ends == TM_DESTINATION ? destination
					: source || destination;
}

static bool touches(
	const struct tm_question *question, const struct tm_event *event)
{
	const struct tm_networks *const networks = question->list->networks;

	switch (question->ends) {
	case TM_SOURCE:
		return tm_networks_hold(networks, event->source);
	case TM_DESTINATION:
		return tm_networks_hold(networks, event->destination);
	case TM_BOTH:
		return tm_networks_hold(networks, event->source) &&
		       tm_networks_hold(networks, event->destination);
	default:
		return tm_networks_hold(networks, event->source) ||
		       tm_networks_hold(networks, event->destination);
	}
}

static uint64_t begin_ns(const struct tm_event *event)
{
	const uint64_t span_ns = event->span * UINT64_C(10000000);

	return span_ns < event->time_ns ? event->time_ns - span_ns : 0;
}

static bool holds(
	const struct tm_question *question, const struct tm_event *event)
{
	switch (question->test) {
	case TM_TEST_PORT:
		return ends_meet(question->ends,
			is_within(question, event->source_port),
			is_within(question, event->destination_port));
	case TM_TEST_HOST:
		return ends_meet(question->ends,
			!memcmp(question->address, event->source, 16),
			!memcmp(question->address, event->destination, 16));
	case TM_TEST_NET:
		return touches(question, event);
	case TM_TEST_LOOPBACK:
		return event->flags & TM_LOOPBACK;
	case TM_TEST_SINCE:
		return event->time_ns >= question->low;
	case TM_TEST_UNTIL:
		return begin_ns(event) < question->low;
	case TM_TEST_COMM:
		return !strncmp(question->comm, event->comm,
			event->comm[TM_COMM_SIZE - 1] ? TM_COMM_SIZE
						      : TM_COMM_SIZE - 1);
	case TM_TEST_USER_NAME:
		return tm_ids_hold(question->ids, event->uid);
	case TM_TEST_INTERFACE_NAME:
		return tm_ids_hold(question->ids,
			(uint64_t)event->netns << 32 | event->ifindex);
	case TM_TEST_CGROUP_NAME:
		return tm_ids_hold(question->ids, event->cgroup_id);
	default:
		return is_within(question, number(question->test, event));
	}
}

int tm_program_run(
	const struct tm_program *program, const struct tm_event *event)
{
	const uint32_t known =
		event->kind == TM_TRAFFIC ? UINT32_MAX : answers(event);
	int at = program->entry;

	while (at >= 0) {
		const struct tm_step *const step = &program->steps[at];

		if (!(known >> step->question.test & 1))
			at = step->unknown;
		else
			at = holds(&step->question, event) ? step->yes
							   : step->no;
	}
	return at == TM_KEEP ? TM_KEEP : -2 - at;
}
