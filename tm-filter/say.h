/* What tm-filter has to say, on standard error. */
#ifndef TM_FILTER_SAY_H
#define TM_FILTER_SAY_H

#include "common/filter/filter.h"

/* Why this is no expression, its text around there, and a caret below it. */
void say_problem(const struct tm_expression *expression);

/* As tm_note_fn. */
void say_note(const char *note);

/* What each rule dropped, and what was kept. */
void say_rules(const struct tm_filter *filter, bool is_inverted);

#endif
