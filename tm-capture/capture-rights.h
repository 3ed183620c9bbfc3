/* Gives away every right that metering does not need, once it is attached. */
#ifndef TM_CAPTURE_CAPTURE_RIGHTS_H
#define TM_CAPTURE_CAPTURE_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#define RIGHTS_KEPT 256

/* Becomes the named user: for NULL the system's user tm, else who called sudo,
 * else nobody else. An ordinary user stays who he is. Capabilities stay, to be
 * dropped. 0, or -1 with errno. */
int rights_become(const char *name, char kept[RIGHTS_KEPT]);

/* Drops all capabilities, sets no_new_privs and takes a seccomp filter. When
 * can_read fails without capabilities (kernels before 5.19), CAP_BPF stays.
 * What could not be dropped is added to kept. 0, or -1 with errno. */
int rights_drop(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT]);

/* In a process of its own, whose only work is to be on interfaces: becomes the
 * user that rights_become() would, keeps CAP_NET_ADMIN and no other, and
 * takes the rest of what rights_drop() does. 0, or -1 with errno. */
int rights_guard(const char *name);

#endif
