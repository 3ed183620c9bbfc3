/* Gives up every right that metering does not need, once it is attached. */
#ifndef TM_CAPTURE_CAPTURE_RIGHTS_H
#define TM_CAPTURE_CAPTURE_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#define RIGHTS_KEPT 256

/* Becomes the named user: for NULL the system's user tm, else who called sudo,
 * else nobody else. An ordinary user stays who he is. Capabilities stay, to be
 * dropped. 0, or -1 with errno. */
int rights_become(const char *name, char kept[RIGHTS_KEPT]);

/* Drops all capabilities, sets no_new_privs and installs a seccomp filter. If
 * can_read fails without capabilities (kernels before 5.19), CAP_BPF stays.
 * What could not be dropped is added to kept. 0, or -1 with errno. */
int rights_drop(bool can_read(void *context), void *context,
		char kept[RIGHTS_KEPT]);

/* For the process that only removes filters from interfaces: becomes the same
 * user as rights_become(), keeps only CAP_NET_ADMIN, and otherwise gives up
 * what rights_drop() does. 0, or -1 with errno. */
int rights_guard(const char *name);

#endif
