/* What the keys do. */
#ifndef HELP_H
#define HELP_H

#include "view.h"

void help_draw(struct view *view, unsigned lines, unsigned columns);

#endif
