#include <err.h>
#include <inttypes.h>

#include "say.h"

#define SHOWN 76 /* bytes of an expression in a message */

void say_problem(const struct tm_expression *expression)
{
	char text[TM_EXPRESSION_LINES];

	tm_expression_explain(expression, text);
	warnx("%s", text);
}

void say_note(const char *note)
{
	warnx("note: %s", note);
}

void say_rules(const struct tm_filter *filter, bool is_inverted)
{
	const struct tm_program *const program = &filter->program;
	const struct tm_rule *rule;
	char text[SHOWN + 1];

	/* Inverted, the last rule stands for all. */
	for (size_t i = is_inverted ? program->rule_count - 1 : 0;
			i < program->rule_count; i++) {
		rule = &program->rules[i];
		tm_expression_show(text, sizeof(text), rule->text,
				sizeof(text) - 1);
		warnx("dropped %" PRIu64 " events, %" PRIu64
		      " packets, %" PRIu64 " bytes: %s",
				rule->events, rule->amount.packets,
				rule->amount.bytes, text);
	}
	warnx("kept %" PRIu64 " events, %" PRIu64 " packets, %" PRIu64 " bytes",
			filter->events, filter->amount.packets,
			filter->amount.bytes);
}
