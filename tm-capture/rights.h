/* Gives away every right that metering does not need, once it is attached. */
#ifndef TM_CAPTURE_RIGHTS_H
#define TM_CAPTURE_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

/* Drops all capabilities, sets no_new_privs and takes a seccomp filter. When
 * can_read fails without capabilities (kernels before 5.19), CAP_BPF stays.
 * What could not be dropped is told in kept, "" = nothing. 0, or -1 with
 * errno. */
int tm_rights_drop(
	bool can_read(void *context), void *context, char *kept, size_t size);

#endif
