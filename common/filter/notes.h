/* What its user may have meant otherwise: notes of one line, for people. */
#ifndef TM_FILTER_NOTES_H
#define TM_FILTER_NOTES_H

#include "expression.h"
#include "program.h"

typedef void tm_note_fn(const char *note);

/* Parts of the expression that say nothing, as never.h finds them. Whether one
 * can never be true. */
bool tm_filter_note_parts(
		const struct tm_expression *expression, tm_note_fn *say);

/* Rules that exclude each other. To be asked before they are compiled. */
void tm_filter_note_rules(const struct tm_program *program, tm_note_fn *say);

/* Names that never occurred: more often a slip than an answer. */
void tm_filter_note_names(const struct tm_sources *sources, tm_note_fn *say);

#endif
