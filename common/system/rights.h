/* Gives up for good the rights that a tool no longer needs: its user, its
 * capabilities and its system calls. confine.h restricts files. */
#ifndef TM_SYSTEM_RIGHTS_H
#define TM_SYSTEM_RIGHTS_H

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TM_CAPABILITY(number) (1ULL << (number))

/* The user to become: the named one; for NULL the system's user tm, else the
 * one who called sudo. NULL with errno, which is 0 if there is no such user. */
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

/* What a filter of system calls permits; or, as are_refused, what it refuses.
 * A name that this machine does not know is passed over. */
struct tm_calls {
	const char *const *names; /* ends in NULL */
	bool are_refused;
	const char *command_call; /* one more, or NULL: with these commands, */
	const int *commands;	  /* its first argument, only */
	size_t command_count;
};

/* From here on what is not permitted fails with EPERM. It is not killed: this
 * may run under strace or a sanitizer. NULL, or why there is no filter. */
const char *tm_rights_filter(const struct tm_calls *calls);

#endif
