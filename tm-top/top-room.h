/* Makes room for more flows: forgets what is in no use, or makes rows that have
 * been idle for long less exact and adds up those that become the same. */
#ifndef TM_TOP_TOP_ROOM_H
#define TM_TOP_TOP_ROOM_H

#include "top-flows.h"

bool flows_are_full(const struct flows *flows);

/* Rows and facts get new numbers. 0, or -1 if there is no memory. */
int flows_make_room(struct flows *flows);

#endif
