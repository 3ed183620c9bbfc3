/* Finds parts of an expression that say nothing: those that are true of no
 * event, or of all. Each is evaluated over the values of the traits that it
 * asks for. What an event does not know (a LOST one its addresses) does not
 * count. */
#ifndef TM_FILTER_NEVER_H
#define TM_FILTER_NEVER_H

#include "program.h"

struct tm_constants {
	const struct tm_node *never, *always; /* NULL = there is none */
};

/* The first part that can never be true, such as tcp and udp, and the first
 * that is always true, such as in or out. Parts that are too large to tell are
 * passed over. */
void tm_expression_find_constants(
		const struct tm_node *root, struct tm_constants *found);

/* Whether the rules drop all traffic. To be asked before they are compiled. */
bool tm_program_is_void(const struct tm_program *program);

#endif
