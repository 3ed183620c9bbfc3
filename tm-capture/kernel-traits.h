/* What of the running kernel decides which programs are of use. */
#ifndef TM_CAPTURE_KERNEL_TRAITS_H
#define TM_CAPTURE_KERNEL_TRAITS_H

#include <stdbool.h>

/* Whether a program can read whether those before it let the packet pass. */
bool kernel_keeps_result(void);

/* Whether packets may wait for another program to let them go (NFQUEUE). */
bool kernel_holds_packets(void);

#endif
