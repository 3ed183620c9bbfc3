/* The questions of an expression: words and their values. For the parser's own
 * files. */
#ifndef TM_FILTER_TERMS_H
#define TM_FILTER_TERMS_H

#include "parser.h"

/* NULL with the problem. */
struct tm_node *tm_term_parse(struct tm_parser *parser);

/* Whether a term follows that the protocol before it qualifies, as in
 * "tcp port 443". */
bool tm_term_is_qualified(const struct tm_parser *parser);

#endif
