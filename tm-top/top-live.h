/* The live view. */
#ifndef TM_TOP_TOP_LIVE_H
#define TM_TOP_TOP_LIVE_H

#include "top.h"

/* Shows the stream until the user has seen enough. The terminal is as it was
 * when it returns. NULL, or why it cannot. */
const char *live_run(struct top *top);

#endif
