/* Finds parts of an expression that can never be true. */
#ifndef TM_FILTER_NEVER_H
#define TM_FILTER_NEVER_H

#include "expression.h"

/* The first part that can never be true: a question without answer, such as
 * bytes < 0, or questions joined by and that exclude each other, such as tcp
 * and udp. NULL where there is none. */
const struct tm_node *tm_expression_never(const struct tm_node *node);

#endif
