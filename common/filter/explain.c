#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "expression.h"

#define SHOWN 76 /* bytes of an expression in a message */

/* Control characters would move the caret, or the terminal. */
static void make_printable(char *text)
{
	for (char *p = text; *p; p++) {
		if (iscntrl((unsigned char)*p))
			*p = strchr("\t\n\r", *p) ? ' ' : '?';
	}
}

static bool is_inside(char c) /* a character of several bytes */
{
	return (c & 0xc0) == 0x80;
}

size_t tm_expression_characters(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += !is_inside(text[i]);
	return count;
}

void tm_expression_show(char *out, size_t size, const char *text, size_t length)
{
	snprintf(out, size, "%.*s", (int)length, text);
	make_printable(out);
}

void tm_expression_explain(const struct tm_expression *expression,
		char out[TM_EXPRESSION_LINES])
{
	const char *const text = expression->text;
	const size_t column = expression->column;
	size_t from = column > SHOWN - 16 ? column - SHOWN / 2 : 0;
	char shown[SHOWN + 1], problem[TM_EXPRESSION_PROBLEM];

	while (from && is_inside(text[from]))
		from--;
	tm_expression_show(shown, sizeof(shown), text + from, SHOWN);
	tm_expression_show(problem, sizeof(problem), expression->problem,
			sizeof(problem));
	snprintf(out, TM_EXPRESSION_LINES, "column %zu: %s\n%s\n%*s^",
			tm_expression_characters(text, column) + 1, problem,
			shown,
			(int)tm_expression_characters(
					text + from, column - from),
			"");
}
