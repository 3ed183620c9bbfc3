/* The tokens of an expression, one ahead, and the nodes made of them. For the
 * parser's own files. */
#ifndef TM_FILTER_PARSER_H
#define TM_FILTER_PARSER_H

#include "expression.h"

/* && and || are the words and and or, and ! before anything but = is not. */
enum tm_token {
	TM_TOKEN_END,
	TM_TOKEN_WORD,
	TM_TOKEN_QUOTED,
	TM_TOKEN_OPEN,
	TM_TOKEN_CLOSE,
	TM_TOKEN_COMPARISON
};

enum tm_comparison {
	TM_EQUAL,
	TM_DIFFERENT,
	TM_LESS,
	TM_AT_MOST,
	TM_GREATER,
	TM_AT_LEAST
};

struct tm_parser {
	struct tm_expression *expression;
	struct tm_sources *sources;
	enum tm_token token;
	enum tm_comparison comparison;
	size_t begin, end; /* of the token */
	size_t last_end;   /* of the token before */
	char *word;	   /* the text of a word */
	unsigned depth;
	bool is_qualified; /* the last question was a protocol's bare name */
};

/* Records the problem if it is the first. Returns false. */
bool tm_parser_fail(struct tm_parser *parser, size_t column, const char *format,
		...) __attribute__((format(printf, 3, 4)));

/* Advances to the next token. */
bool tm_parser_advance(struct tm_parser *parser);

bool tm_parser_is_at(const struct tm_parser *parser, const char *word);

/* Whether the token is a word that joins: and, or, not. */
bool tm_parser_is_at_join(const struct tm_parser *parser);

/* The expression's; NULL with a problem when there is no memory. */
struct tm_node *tm_parser_node(struct tm_parser *parser, enum tm_join join,
		struct tm_node *left, struct tm_node *right);

#endif
