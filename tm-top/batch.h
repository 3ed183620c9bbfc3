/* Plain tables, for scripts and logs. */
#ifndef BATCH_H
#define BATCH_H

#include "top.h"

/* Prints tables until the stream ends or there were enough. */
void batch_run(struct top *top);

#endif
