/* What tm-filter has to say, on standard error. */
#ifndef TM_FILTER_SAY_H
#define TM_FILTER_SAY_H

#include "common/filter/filter.h"

/* Why this is no expression, its text around there, and a caret below it. */
void say_problem(const struct tm_expression *expression);

/* A part of the expression that can be true of no event. */
void say_never(const struct tm_expression *expression);

/* What each rule dropped, and what was kept. */
void say_rules(const struct tm_filter *filter, bool is_inverted);

/* Names that never came up: more often a slip than an answer. */
void say_names(const struct tm_ids *all);

#endif
