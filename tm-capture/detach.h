/* tm-capture --detach: removes programs that were left on interfaces. */
#ifndef TM_CAPTURE_DETACH_H
#define TM_CAPTURE_DETACH_H

#include <stdbool.h>

#include "interfaces.h"

/* Removes what earlier runs of tm-capture left on the interfaces of the
 * list, or on all interfaces, and prints each program. With all, first
 * lists, then removes running captures and other programs too. A trial only
 * prints what it would remove. Returns the exit code. */
int detach_programs(
		const struct interfaces *interfaces, bool all, bool is_trial);

#endif
