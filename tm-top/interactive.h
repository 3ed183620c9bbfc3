/* Runs the view on a terminal. */
#ifndef TM_TOP_INTERACTIVE_H
#define TM_TOP_INTERACTIVE_H

#include "top.h"

/* Shows the stream until the user quits, and restores the terminal. NULL, or
 * the reason why it cannot. */
const char *interactive_run(struct top *top);

#endif
