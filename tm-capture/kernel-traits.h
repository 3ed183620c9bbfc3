/* What of the running kernel decides which programs are of use. */
#ifndef TM_CAPTURE_KERNEL_TRAITS_H
#define TM_CAPTURE_KERNEL_TRAITS_H

#include <stdbool.h>

#include "bpf/capture.h"

/* Whether a program can read whether those before it let the packet pass. */
bool kernel_keeps_result(void);

/* Whether packets may wait for another program to let them go (NFQUEUE). The
 * first call needs the rights of root. */
bool kernel_holds_packets(void);

/* The numbers of the subsystems in whose trees of cgroup1 job managers put
 * processes, the most telling first; -1 after the last. */
void kernel_find_subsystems(int8_t found[TREES]);

#endif
