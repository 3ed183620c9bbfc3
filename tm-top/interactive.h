/* The view on a terminal, with keys. */
#ifndef TM_TOP_INTERACTIVE_H
#define TM_TOP_INTERACTIVE_H

#include "top.h"

/* Shows the stream until the user has seen enough. The terminal is as it was
 * when it returns. NULL, or why it cannot. */
const char *interactive_run(struct top *top);

#endif
