/* A second process, which cleans up the interfaces after this one ends, however
 * it ends. */
#ifndef TM_CAPTURE_GUARD_H
#define TM_CAPTURE_GUARD_H

#include <sys/types.h>

/* Starts it. prepare() gives up the rights that it does not need and returns 0,
 * or -1 with errno; clean() runs at the end. Of this process's descriptors the
 * guard keeps standard error and the one given. Returns a descriptor for
 * guard_end, or -1 with errno. */
int guard_start(int prepare(void *context), void clean(void *context),
		void *context, int keep, pid_t *pid);

/* Makes it clean up and waits until it has. */
void guard_end(int guard);

#endif
