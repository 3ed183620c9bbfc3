#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

#define BLANKS " \t\n\r"

bool tm_parser_fail(struct tm_parser *parser, size_t column, const char *format,
		...)
{
	struct tm_expression *const expression = parser->expression;
	va_list args;

	if (*expression->problem)
		return false;
	va_start(args, format);
	vsnprintf(expression->problem, sizeof(expression->problem), format,
			args);
	va_end(args);
	expression->column = column;
	return false;
}

static bool parser_take_quoted(struct tm_parser *parser, const char *at)
{
	const char *const close = strchr(at + 1, *at);

	if (!close)
		return tm_parser_fail(
				parser, parser->begin, "unterminated quote");
	memcpy(parser->word, at + 1, close - at - 1);
	parser->word[close - at - 1] = '\0';
	parser->token = TM_TOKEN_QUOTED;
	parser->end += close - at + 1;
	return true;
}

static bool parser_take_sign(
		struct tm_parser *parser, const char *word, size_t size)
{
	strcpy(parser->word, word);
	parser->token = TM_TOKEN_WORD;
	parser->end += size;
	return true;
}

static bool parser_take_comparison(struct tm_parser *parser, const char *at)
{
	const bool is_double = at[1] == '=';

	switch (*at) {
	case '=':
		parser->comparison = TM_EQUAL;
		break;
	case '!':
		if (!is_double)
			return parser_take_sign(parser, "not", 1);
		parser->comparison = TM_DIFFERENT;
		break;
	case '<':
		parser->comparison = is_double ? TM_AT_MOST : TM_LESS;
		break;
	case '>':
		parser->comparison = is_double ? TM_AT_LEAST : TM_GREATER;
		break;
	}
	parser->token = TM_TOKEN_COMPARISON;
	parser->end += is_double ? 2 : 1;
	return true;
}

static bool is_sign(const char *at)
{
	return (*at == '&' || *at == '|') && at[1] == *at;
}

static bool parser_take_word(struct tm_parser *parser, const char *at)
{
	const size_t most = strcspn(at, BLANKS "()=!<>'\"");
	size_t size = 0;

	while (size < most && !is_sign(at + size))
		size++;
	memcpy(parser->word, at, size);
	parser->word[size] = '\0';
	parser->token = TM_TOKEN_WORD;
	parser->end += size;
	return true;
}

bool tm_parser_advance(struct tm_parser *parser)
{
	const char *at = parser->expression->text + parser->end;

	parser->last_end = parser->end;
	parser->end += strspn(at, BLANKS);
	at = parser->expression->text + parser->end;
	parser->begin = parser->end;
	if (is_sign(at))
		return parser_take_sign(parser, *at == '&' ? "and" : "or", 2);
	switch (*at) {
	case '\0':
		parser->token = TM_TOKEN_END;
		return true;
	case '(':
	case ')':
		parser->token = *at == '(' ? TM_TOKEN_OPEN : TM_TOKEN_CLOSE;
		parser->end++;
		return true;
	case '\'':
	case '"':
		return parser_take_quoted(parser, at);
	case '=':
	case '!':
	case '<':
	case '>':
		return parser_take_comparison(parser, at);
	}
	return parser_take_word(parser, at);
}

bool tm_parser_is_at(const struct tm_parser *parser, const char *word)
{
	return parser->token == TM_TOKEN_WORD && !strcmp(parser->word, word);
}

bool tm_parser_is_at_join(const struct tm_parser *parser)
{
	return tm_parser_is_at(parser, "and") ||
			tm_parser_is_at(parser, "or") ||
			tm_parser_is_at(parser, "not");
}

struct tm_node *tm_parser_node(struct tm_parser *parser, enum tm_join join,
		struct tm_node *left, struct tm_node *right)
{
	struct tm_expression *const expression = parser->expression;
	struct tm_node *const node = calloc(1, sizeof(*node));

	if (!node) {
		tm_parser_fail(parser, parser->begin, "out of memory");
		return NULL;
	}
	node->next = expression->nodes;
	expression->nodes = node;
	node->join = join;
	node->left = left;
	node->right = right;
	if (left)
		node->begin = left->begin;
	node->end = parser->last_end;
	return node;
}
