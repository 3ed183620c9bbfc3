/* Gives up for good the rights that a tool no longer needs: its user, its
 * capabilities and its system calls. confine.h restricts files. */
#ifndef TM_SYSTEM_RIGHTS_H
#define TM_SYSTEM_RIGHTS_H

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TM_CAPABILITY(number) (1ULL << (number))

/* The user to become: the named one or, if name is NULL, the first of tm, the
 * user who called sudo and nobody that exists and is not root. NULL with errno,
 * which is 0 if there is no such user. */
const struct passwd *tm_rights_user(const char *name);

/* Empties the bounding set: no program that this process starts can gain a
 * capability. First of all, because it takes CAP_SETPCAP. */
void tm_rights_bound(void);

/* Becomes that user, with or without the user's groups. Capabilities stay
 * permitted until tm_rights_keep(). 0, or -1 with errno. */
int tm_rights_become(const struct passwd *user, bool in_groups);

/* The permitted capabilities, a bit for each: TM_CAPABILITY(CAP_...). */
uint64_t tm_rights_held(void);

/* Drops all capabilities but these and sets no_new_privs. One that is permitted
 * but not effective can be raised again. 0, or -1 with errno. */
int tm_rights_keep(uint64_t effective, uint64_t permitted);

/* Permits a system call if the bits of the argument in the mask have this
 * value. There may be several of the same name. */
struct tm_call {
	const char *name;
	unsigned argument;
	uint64_t mask, value;
};

/* What a filter permits in addition to the calls with which the C library uses
 * open files, memory, time and threads. Names that this machine does not know
 * are ignored. */
struct tm_calls {
	const char *const *names; /* up to NULL */
	const struct tm_call *some;
	size_t some_count;
};

/* From now on every other call fails with ENOSYS, so that libraries fall back
 * to older calls. The process is not killed: it may run under strace or a
 * sanitizer. NULL, or why there is no filter. */
const char *tm_rights_filter(const struct tm_calls *calls);

#endif
