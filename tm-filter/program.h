/* What to keep and what to drop, compiled: a question leads to the next one, or
 * out. Three-valued logic costs nothing here: with every not pushed down to the
 * questions, a whole is unknown or true exactly if it is true once every
 * unknown question leads on to where its event is kept. */
#ifndef TM_PROGRAM_H
#define TM_PROGRAM_H

#include "expression.h"

#include "common/event.h"

#define TM_KEEP (-1)

/* All rules must hold, or the event is dropped by the first that does not. */
struct tm_rule {
	const struct tm_node *node; /* until it is compiled */
	char *text;
	uint64_t events; /* that it dropped */
	struct tm_amount amount;
};

struct tm_step;

struct tm_program {
	struct tm_rule *rules;
	size_t rule_count;
	struct tm_step *steps;
	size_t step_count, step_size;
	int entry;
	bool failed; /* out of memory */
};

/* 0, or -1 and errno. */
int tm_program_add(struct tm_program *program, const struct tm_node *node,
	const char *text, size_t size);

/* Each part that the expression joins by and is a rule of its own. */
int tm_program_add_expression(struct tm_program *program,
	const struct tm_node *node, const char *text);

/* After the last rule. Inverted, one rule is left, called so, which drops what
 * would have been kept. */
int tm_program_compile(struct tm_program *program, const char *inverted);

/* TM_KEEP, or the number of the rule that drops this TRAFFIC, LOST or
 * UNATTRIBUTED. */
int tm_program_run(
	const struct tm_program *program, const struct tm_event *event);

#endif
