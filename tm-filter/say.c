#include <ctype.h>
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/filter/never.h"
#include "say.h"

#define SHOWN 76 /* bytes of an expression in a message */

/* Control characters would move the caret, or the terminal. */
static char *printable(char *text)
{
	for (char *p = text; *p; p++) {
		if (iscntrl((unsigned char)*p))
			*p = strchr("\t\n\r", *p) ? ' ' : '?';
	}
	return text;
}

void say_problem(const struct tm_expression *expression)
{
	char text[TM_EXPRESSION_LINES];

	tm_expression_explain(expression, text);
	warnx("%s", text);
}

void say_never(const struct tm_expression *expression)
{
	const struct tm_node *const node =
			tm_expression_never(expression->root);
	char text[SHOWN + 1];

	if (!node)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)(node->end - node->begin),
			expression->text + node->begin);
	warnx("note: this can never be true: %s", printable(text));
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
		snprintf(text, sizeof(text), "%s", rule->text);
		warnx("dropped %" PRIu64 " events, %" PRIu64
		      " packets, %" PRIu64 " bytes: %s",
				rule->events, rule->amount.packets,
				rule->amount.bytes, printable(text));
	}
	warnx("kept %" PRIu64 " events, %" PRIu64 " packets, %" PRIu64 " bytes",
			filter->events, filter->amount.packets,
			filter->amount.bytes);
}

void say_names(const struct tm_ids *all)
{
	static const char *const kinds[] = {
		[TM_NAME_USER] = "user is called",
		[TM_NAME_INTERFACE] = "interface is called",
		[TM_NAME_CGROUP] = "cgroup is at or below",
	};
	char name[SHOWN + 1];

	for (const struct tm_ids *ids = all; ids; ids = ids->next) {
		snprintf(name, sizeof(name), "%s", ids->name);
		if (!ids->found)
			warnx("note: no %s %s in these events%s",
					kinds[ids->of], printable(name),
					ids->of == TM_NAME_CGROUP ? ""
								  : " or here");
	}
}
