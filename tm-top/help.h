/* What the keys do. */
#ifndef TM_TOP_HELP_H
#define TM_TOP_HELP_H

#include "view.h"

void help_draw(struct top_view *view, unsigned lines, unsigned columns);

#endif
