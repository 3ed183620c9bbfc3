/* Parses an expression to a tree of questions. The grammar is in tm-filter(1).
 */
#ifndef TM_FILTER_EXPRESSION_H
#define TM_FILTER_EXPRESSION_H

#include <stddef.h>

#include "inputs.h"
#include "question.h"

#define TM_EXPRESSION_MAX 65536 /* characters */
#define TM_EXPRESSION_DEPTH 200 /* parentheses and nots */
#define TM_EXPRESSION_PROBLEM (TM_NETWORKS_PROBLEM + 64)
#define TM_EXPRESSION_LINES (TM_EXPRESSION_PROBLEM + 256)

enum tm_join { TM_ASK, TM_AND, TM_OR, TM_NOT };

struct tm_node {
	enum tm_join join;
	struct tm_node *left, *right; /* of TM_NOT only left */
	struct tm_question question;  /* of TM_ASK */
	struct tm_node *next;	      /* of all, to be freed */
	size_t begin, end;	      /* its place in the text */
};

struct tm_expression {
	const char *text;
	struct tm_node *root;
	struct tm_node *nodes; /* all of them */
	size_t column;	       /* of the problem, in bytes from 0 */
	bool in_file;	       /* the problem is one with a list in a file */
	char problem[TM_EXPRESSION_PROBLEM];
};

/* 0, or -1 with problem and column. The text must outlive the expression. */
int tm_expression_parse(struct tm_expression *expression, const char *text,
		struct tm_sources *sources);

/* The problem for people in three lines: its column and reason, the text around
 * it, and a caret. The last line has no newline. */
void tm_expression_explain(const struct tm_expression *expression,
		char out[TM_EXPRESSION_LINES]);

/* As much of the text as fits, of at most that length, without control
 * characters. */
void tm_expression_show(
		char *out, size_t size, const char *text, size_t length);

/* The number of characters in the first size bytes. */
size_t tm_expression_characters(const char *text, size_t size);

/* What was parsed; what it refers to is the sources'. */
void tm_expression_free(struct tm_expression *expression);

#endif
