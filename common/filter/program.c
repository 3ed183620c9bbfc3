#include <stdlib.h>
#include <string.h>

#include "program.h"

/* A field is the low bits of the eight bytes where it begins. */
static const struct field {
	uint8_t how;
	uint8_t offset;
	uint64_t mask;
} fields[] = {
	[TM_TEST_KIND] = { TM_WITHIN, offsetof(struct tm_event, kind),
			UINT8_MAX },
	[TM_TEST_DIRECTION] = { TM_WITHIN, offsetof(struct tm_event, direction),
			UINT8_MAX },
	[TM_TEST_UID] = { TM_WITHIN, offsetof(struct tm_event, uid),
			UINT32_MAX },
	[TM_TEST_PID] = { TM_WITHIN, offsetof(struct tm_event, pid),
			UINT32_MAX },
	[TM_TEST_CGROUP] = { TM_WITHIN, offsetof(struct tm_event, cgroup_id),
			UINT64_MAX },
	[TM_TEST_IFINDEX] = { TM_WITHIN, offsetof(struct tm_event, ifindex),
			UINT32_MAX },
	[TM_TEST_PROTOCOL] = { TM_WITHIN, offsetof(struct tm_event, protocol),
			UINT8_MAX },
	[TM_TEST_BYTES] = { TM_WITHIN, offsetof(struct tm_event, bytes),
			UINT64_MAX },
	[TM_TEST_PACKETS] = { TM_WITHIN, offsetof(struct tm_event, packets),
			UINT32_MAX },
	[TM_TEST_PORT] = { TM_WITHIN, offsetof(struct tm_event, source_port),
			UINT16_MAX },
	[TM_TEST_LOOPBACK] = { TM_WITHIN, offsetof(struct tm_event, flags),
			TM_LOOPBACK },
	[TM_TEST_SINCE] = { TM_WITHIN, offsetof(struct tm_event, time_ns),
			UINT64_MAX },
	[TM_TEST_UNTIL] = { TM_BEGINS_BEFORE, 0, 0 },
	[TM_TEST_COMM] = { TM_WITHIN, offsetof(struct tm_event, process), 0 },
	[TM_TEST_PROCESS_PATTERN] = { TM_OF_PATTERN, 0, 0 },
	[TM_TEST_HOST] = { TM_WITHIN, offsetof(struct tm_event, source), 0 },
	[TM_TEST_NET] = { TM_IN_NETWORKS, offsetof(struct tm_event, source),
			0 },
	[TM_TEST_USER_NAME] = { TM_OF_ID, offsetof(struct tm_event, uid),
			UINT32_MAX },
	[TM_TEST_INTERFACE_NAME] = { TM_OF_INTERFACE, 0, 0 },
	[TM_TEST_CGROUP_NAME] = { TM_OF_ID,
			offsetof(struct tm_event, cgroup_id), UINT64_MAX },
	[TM_TEST_LOGIN] = { TM_OF_LOGIN, 0, 0 },
	[TM_TEST_LOGIN_NAME] = { TM_OF_LOGIN_ID, 0, 0 },
	[TM_TEST_FACT] = { TM_OF_FACT, 0, 0 },
	[TM_TEST_SERVICE] = { TM_OF_SERVICE, 0, 0 },
};

/* The steps that follow the answers to one question. */
struct exits {
	int no, yes;
	bool is_negated;
};

int tm_program_add(struct tm_program *program, const struct tm_node *node,
		const char *text, size_t size)
{
	const size_t count = program->rule_count;
	struct tm_rule *const longer =
			realloc(program->rules, (count + 1) * sizeof(*longer));

	if (!longer)
		return -1;
	program->rules = longer;
	longer[count] = (struct tm_rule){ .node = node,
		.text = strndup(text, size) };
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

/* Returns the number of the new step. */
static int emit(struct tm_program *program, struct tm_step step,
		const struct exits *exits)
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
	step.no = exits->no;
	step.yes = exits->yes;
	step.unknown = exits->is_negated ? exits->no : exits->yes;
	program->steps[program->step_count] = step;
	return program->step_count++;
}

/* The first so many bytes at the step's offset are these. */
static int emit_bytes(struct tm_program *program, struct tm_step step,
		const void *bytes, size_t size, struct exits exits)
{
	uint64_t values[2] = { 0 }, masks[2] = { 0 };

	memcpy(values, bytes, size);
	memset(masks, 0xff, size);
	step.offset += 8;
	for (int i = 1; i >= 0; i--, step.offset -= 8) {
		step.mask = masks[i];
		step.low = step.high = values[i];
		exits.yes = emit(program, step, &exits);
	}
	return exits.yes;
}

static int emit_one(struct tm_program *program,
		const struct tm_question *question, size_t shift,
		const struct exits *exits)
{
	const struct field *const field = &fields[question->test];
	struct tm_step step = {
		.how = field->how,
		.test = question->test,
		.offset = field->offset + shift,
		.mask = field->mask,
		.low = question->low,
		.high = question->high,
	};
	size_t size;

	switch (question->test) {
	case TM_TEST_HOST:
		return emit_bytes(program, step, question->address, 16, *exits);
	case TM_TEST_COMM:
		/* with its NUL; or, of a name that the kernel cuts, 15 */
		size = strnlen(question->comm, TM_COMM_SIZE) + 1;
		return emit_bytes(program, step, question->comm,
				size > TM_COMM_SIZE ? TM_COMM_SIZE - 1 : size,
				*exits);
	case TM_TEST_NET:
		step.list = question->list;
		break;
	case TM_TEST_PROCESS_PATTERN:
		step.pattern = question->pattern;
		break;
	case TM_TEST_USER_NAME:
	case TM_TEST_INTERFACE_NAME:
	case TM_TEST_CGROUP_NAME:
	case TM_TEST_LOGIN_NAME:
		step.ids = question->ids;
		break;
	case TM_TEST_FACT:
	case TM_TEST_SERVICE:
		step.wanted = question->wanted;
		break;
	}
	return emit(program, step, exits);
}

/* The direction decides which of the two addresses and ports is compared. */
static int emit_side(struct tm_program *program,
		const struct tm_question *question, size_t shift,
		struct exits exits)
{
	const bool is_local = question->ends == TM_LOCAL;
	const struct tm_question is_in = {
		.test = TM_TEST_DIRECTION, .low = TM_IN, .high = TM_IN
	};
	const int in = emit_one(
			program, question, is_local ? shift : 0, &exits);

	exits.no = emit_one(program, question, is_local ? 0 : shift, &exits);
	exits.yes = in;
	return emit_one(program, &is_in, 0, &exits);
}

/* A question about both ends becomes one about each. */
static int emit_ends(struct tm_program *program,
		const struct tm_question *question, struct exits exits)
{
	const size_t shift = question->test == TM_TEST_PORT ? 2 : 16;

	if (question->ends == TM_LOCAL || question->ends == TM_REMOTE)
		return emit_side(program, question, shift, exits);
	if (question->ends == TM_SOURCE)
		return emit_one(program, question, 0, &exits);
	if (question->ends == TM_DESTINATION)
		return emit_one(program, question, shift, &exits);
	if (question->ends == TM_BOTH)
		exits.yes = emit_one(program, question, shift, &exits);
	else
		exits.no = emit_one(program, question, shift, &exits);
	return emit_one(program, question, 0, &exits);
}

static int emit_question(struct tm_program *program,
		const struct tm_question *question, struct exits exits)
{
	switch (question->test) {
	case TM_TEST_PORT:
	case TM_TEST_HOST:
	case TM_TEST_NET:
		return emit_ends(program, question, exits);
	}
	return emit_one(program, question, 0, &exits);
}

/* Backwards, so that every step knows the ones after it. Returns where to
 * enter. Only parentheses nest; chains are a loop. */
static int generate(struct tm_program *program, const struct tm_node *node,
		struct exits exits)
{
	for (; node->join != TM_ASK; node = node->left) {
		switch (node->join) {
		case TM_AND:
			exits.yes = generate(program, node->right, exits);
			break;
		case TM_OR:
			exits.no = generate(program, node->right, exits);
			break;
		default:
			exits = (struct exits){ exits.yes, exits.no,
				!exits.is_negated };
		}
	}
	return emit_question(program, &node->question, exits);
}

int tm_program_compile(struct tm_program *program, const char *inverted)
{
	size_t i = program->rule_count;
	struct exits exits;

	if (inverted &&
			tm_program_add(program, NULL, inverted,
					strlen(inverted)))
		return -1;
	program->entry = inverted ? tm_exit_of(i) : TM_KEEP;
	while (i--) {
		if (inverted)
			exits = (struct exits){ TM_KEEP, program->entry, true };
		else
			exits = (struct exits){ tm_exit_of(i), program->entry,
				false };
		program->entry = generate(
				program, program->rules[i].node, exits);
	}
	return program->failed ? -1 : 0;
}

void tm_program_free(struct tm_program *program)
{
	while (program->rule_count)
		free(program->rules[--program->rule_count].text);
	free(program->rules);
	free(program->steps);
	memset(program, 0, sizeof(*program));
}
