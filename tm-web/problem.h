/* Writes errors as HTML for people and as JSON for programs. */
#ifndef TM_WEB_PROBLEM_H
#define TM_WEB_PROBLEM_H

#include "request.h"

/* Fills the answer's text from its problem. */
void problem_write(struct request *request);

#endif
