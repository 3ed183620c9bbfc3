/* The table that is on the screen, in a file. */
#ifndef TM_TOP_SNAPSHOT_H
#define TM_TOP_SNAPSHOT_H

#include "view.h"

/* Writes all rows into a new file in the current directory, and what became of
 * it into note. */
void snapshot_write(char *note, size_t size, struct top_view *view);

#endif
