#include <ctype.h>
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static bool is_inside(char c) /* a character of several bytes */
{
	return (c & 0xc0) == 0x80;
}

static size_t characters(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += !is_inside(text[i]);
	return count;
}

void tm_say_problem(struct tm_expression *expression)
{
	const char *const text = expression->text;
	const size_t column = expression->column;
	size_t from = column > SHOWN - 16 ? column - SHOWN / 2 : 0;
	char shown[SHOWN + 1];

	while (from && is_inside(text[from]))
		from--;
	snprintf(shown, sizeof(shown), "%s", text + from);
	warnx("column %zu: %s", characters(text, column) + 1,
		printable(expression->problem));
	fprintf(stderr, "%s\n%*s^\n", printable(shown),
		(int)characters(text + from, column - from), "");
}

void tm_say_rules(const struct tm_filter *filter, bool is_inverted)
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
			rule->events, rule->amount.packets, rule->amount.bytes,
			printable(text));
	}
	warnx("kept %" PRIu64 " events, %" PRIu64 " packets, %" PRIu64 " bytes",
		filter->events, filter->amount.packets, filter->amount.bytes);
}

void tm_say_names(const struct tm_ids *all)
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
				ids->of == TM_NAME_CGROUP ? "" : " or here");
	}
}
