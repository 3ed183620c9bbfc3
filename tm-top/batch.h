/* Plain tables, for scripts and logs. */
#ifndef TM_TOP_BATCH_H
#define TM_TOP_BATCH_H

#include "top.h"

/* Prints tables until the stream ends or --count is reached. */
void batch_run(struct top *top);

#endif
