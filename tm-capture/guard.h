/* A second process, which removes from interfaces what would stay there when
 * this one ends, however it ends. */
#ifndef TM_CAPTURE_GUARD_H
#define TM_CAPTURE_GUARD_H

#include <sys/types.h>

/* Starts it: prepare() is to give up the rights that it does not need, 0 or -1
 * with errno, and clean() runs in it at the end. Of this process's descriptors
 * it keeps standard error and that one. A descriptor for guard_end, or -1
 * with errno. */
int guard_start(int prepare(void *context), void clean(void *context),
		void *context, int keep, pid_t *pid);

/* Has it clean, and waits until that is done. */
void guard_end(int guard);

#endif
