/* What to keep and what to drop, compiled: a question leads to the next one, or
 * out. Three-valued logic costs nothing here: with every not pushed down to the
 * questions, a whole is unknown or true exactly if it is true once every
 * unknown question leads on to where its event is kept. */
#ifndef TM_FILTER_PROGRAM_H
#define TM_FILTER_PROGRAM_H

#include "common/record/event.h"
#include "expression.h"

#define TM_KEEP (-1)

/* The step at which this rule drops an event, and its inverse. */
static inline int tm_exit_of(int rule)
{
	return -2 - rule;
}

/* All rules must hold, or the event is dropped by the first that does not. */
struct tm_rule {
	const struct tm_node *node; /* until it is compiled */
	char *text;
	uint64_t events; /* that it dropped */
	struct tm_amount amount;
};

enum tm_how {
	TM_WITHIN,
	TM_BEGINS_BEFORE,
	TM_OF_INTERFACE,
	TM_OF_ID,
	TM_OF_PATTERN,
	TM_IN_NETWORKS,
	TM_OF_NAMES, /* from here on: what no field of an event holds */
	TM_OF_LOGIN = TM_OF_NAMES,
	TM_OF_LOGIN_ID,
	TM_OF_FACT,
	TM_OF_SERVICE
};

/* One look at one field: what is at offset, masked, is within low to high; or
 * it is an id, or an address. Then where to go on: the number of a step,
 * TM_KEEP, or tm_exit_of() a rule. */
struct tm_step {
	uint8_t how;
	uint8_t test; /* what must be known to answer it */
	uint8_t offset;
	int no, yes, unknown;
	uint64_t mask;
	union {
		struct {
			uint64_t low, high;
		};
		const struct tm_filter_list *list;
		const struct tm_ids *ids;
		const char *pattern;
		struct tm_wanted *wanted;
	};
};

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

/* Adds an expression: each part joined by "and" becomes a rule. */
int tm_program_add_expression(struct tm_program *program,
		const struct tm_node *node, const char *text);

/* Compiles the program, after the last rule. Inverted, it has one rule, of that
 * name, which drops what would have been kept. */
int tm_program_compile(struct tm_program *program, const char *inverted);

void tm_program_free(struct tm_program *program);

#endif
