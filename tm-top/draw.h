/* The picture on the terminal. */
#ifndef TM_TOP_DRAW_H
#define TM_TOP_DRAW_H

#include "view.h"

/* Arranges and draws all of it. 0, or -1 when there is no memory. */
int draw(struct top_view *view);

#endif
