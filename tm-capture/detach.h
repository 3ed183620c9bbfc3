/* tm-capture --detach: removes programs that were left on interfaces. */
#ifndef TM_CAPTURE_DETACH_H
#define TM_CAPTURE_DETACH_H

#include <stdbool.h>

#include "bpf/capture.h"

/* Removes what runs of tm-capture left on the interfaces of the settings, or on
 * all: says each on standard output. With all also what runs, and the programs
 * of others; these are listed first. The exit code. */
int detach_programs(const struct settings *settings, bool all);

#endif
