/* How an error reads: as a page to people, as JSON to programs. */
#ifndef TM_WEB_PROBLEM_H
#define TM_WEB_PROBLEM_H

#include "request.h"

/* Makes the answer's text of its problem. */
void problem_write(struct request *request);

#endif
