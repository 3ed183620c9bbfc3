#include <stdlib.h>
#include <string.h>

#include "terms.h"

static struct tm_node *parse_or(struct tm_parser *parser);

static struct tm_node *parse_parentheses(struct tm_parser *parser)
{
	const size_t begin = parser->begin;
	struct tm_node *node;

	if (!tm_parser_advance(parser))
		return NULL;
	node = parse_or(parser);
	if (!node)
		return NULL;
	if (parser->token != TM_TOKEN_CLOSE) {
		tm_parser_fail(parser,
				parser->token == TM_TOKEN_END ? begin
							      : parser->begin,
				parser->token == TM_TOKEN_END
						? "this parenthesis is not closed"
						: "expected and, or, or )");
		return NULL;
	}
	if (!tm_parser_advance(parser))
		return NULL;
	node->begin = begin;
	node->end = parser->last_end;
	return node;
}

static struct tm_node *parse_not(struct tm_parser *parser)
{
	const size_t begin = parser->begin;
	struct tm_node *node;

	if (++parser->depth > TM_EXPRESSION_DEPTH) {
		tm_parser_fail(parser, begin, "nested more than %d levels deep",
				TM_EXPRESSION_DEPTH);
		return NULL;
	}
	if (tm_parser_is_at(parser, "not")) {
		node = tm_parser_advance(parser) ? parse_not(parser) : NULL;
		if (node)
			node = tm_parser_node(parser, TM_NOT, node, NULL);
		if (node)
			node->begin = begin;
	} else if (parser->token == TM_TOKEN_OPEN) {
		node = parse_parentheses(parser);
	} else if (parser->token == TM_TOKEN_WORD &&
			!tm_parser_is_at(parser, "and") &&
			!tm_parser_is_at(parser, "or")) {
		node = tm_term_parse(parser);
	} else {
		tm_parser_fail(parser, begin,
				"expected a word such as user or network");
		node = NULL;
	}
	parser->depth--;
	return node;
}

static struct tm_node *parse_and(struct tm_parser *parser)
{
	struct tm_node *left = parse_not(parser);
	struct tm_node *right;

	while (left &&
			(tm_parser_is_at(parser, "and") ||
					tm_term_is_qualified(parser))) {
		right = !tm_parser_is_at(parser, "and") ||
						tm_parser_advance(parser)
				? parse_not(parser)
				: NULL;
		left = right ? tm_parser_node(parser, TM_AND, left, right)
			     : NULL;
	}
	return left;
}

static struct tm_node *parse_or(struct tm_parser *parser)
{
	struct tm_node *left = parse_and(parser);
	struct tm_node *right;

	while (left && tm_parser_is_at(parser, "or")) {
		right = tm_parser_advance(parser) ? parse_and(parser) : NULL;
		left = right ? tm_parser_node(parser, TM_OR, left, right)
			     : NULL;
	}
	return left;
}

static struct tm_node *parse_all(struct tm_parser *parser)
{
	struct tm_node *root;

	if (!tm_parser_advance(parser))
		return NULL;
	if (parser->token == TM_TOKEN_END) {
		tm_parser_fail(parser, 0, "the expression is empty");
		return NULL;
	}
	root = parse_or(parser);
	if (root && parser->token != TM_TOKEN_END) {
		tm_parser_fail(parser, parser->begin,
				parser->token == TM_TOKEN_CLOSE
						? "this parenthesis was not opened"
						: "expected and, or, or the end");
		return NULL;
	}
	return root;
}

int tm_expression_parse(struct tm_expression *expression, const char *text,
		struct tm_sources *sources)
{
	struct tm_parser parser = { .expression = expression,
		.sources = sources };
	const size_t size = strlen(text);

	memset(expression, 0, sizeof(*expression));
	expression->text = text;
	if (size > TM_EXPRESSION_MAX) {
		tm_parser_fail(&parser, TM_EXPRESSION_MAX,
				"longer than %d characters; put a long list of "
				"networks in a file: network @FILE",
				TM_EXPRESSION_MAX);
		return -1;
	}
	parser.word = malloc(size + sizeof("not"));
	if (parser.word)
		expression->root = parse_all(&parser);
	else
		tm_parser_fail(&parser, 0, "out of memory");
	free(parser.word);
	return expression->root ? 0 : -1;
}

void tm_expression_free(struct tm_expression *expression)
{
	struct tm_node *next;

	for (; expression->nodes; expression->nodes = next) {
		next = expression->nodes->next;
		free(expression->nodes);
	}
	memset(expression, 0, sizeof(*expression));
}
