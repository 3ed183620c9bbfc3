/* Directories and files that nobody else can redirect or change: opened by
 * descriptor, and checked after they are open. */
#ifndef TM_SYSTEM_PLACE_H
#define TM_SYSTEM_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Who may own it; the first two also refuse what others can write. */
enum tm_trust {
	TM_TRUST_ME,   /* this user */
	TM_TRUST_ROOT, /* this user or root */
	TM_TRUST_ALL,  /* anybody */
};

enum tm_flaw {
	TM_FLAW_ERROR, /* not refused: errno says what failed */
	TM_FLAW_WAY,   /* name is a link owned by neither root nor us */
	TM_FLAW_KIND,  /* not a regular file */
	TM_FLAW_NAMES, /* hard links */
	TM_FLAW_OWNER,
	TM_FLAW_WRITE, /* others can write to it */
	TM_FLAW_HELD,  /* another process has the lock */
};

#define TM_REFUSAL_TEXT 512

struct tm_refusal {
	enum tm_flaw flaw;
	struct stat status;	    /* of what is refused */
	char name[NAME_MAX + 1];    /* of the link in the path */
	char text[TM_REFUSAL_TEXT]; /* a clause such as "it is a FIFO"; when
				       held, who has it: "process 123" */
};

/* All return -1 with errno (EPERM when it is refused) and *refusal. */

/* Opens a directory with O_PATH. Symbolic links on the way, those in the
 * targets of links too, are followed when root or this user owns them. Unless
 * all are trusted, nobody else may write in it but the owner's own group. */
int tm_place_open(const char *path, enum tm_trust trust,
		struct tm_refusal *refusal);

/* The same for the directory that the file is in; *name = its last name. */
int tm_place_open_for(const char *file, const char **name, enum tm_trust trust,
		struct tm_refusal *refusal);

/* Whether a file there would be refused by its name alone, without an open
 * that a FIFO or a device could feel: 0, or 1 when there is none. */
int tm_place_look(int place, const char *name, enum tm_trust trust,
		struct tm_refusal *refusal);

/* openat(2) of a regular file, never waiting: its descriptor. Unless all are
 * trusted, it has one name and no group or others can write to it. */
int tm_place_file(int place, const char *name, int flags, mode_t mode,
		enum tm_trust trust, struct tm_refusal *refusal);

/* Locks a file there, made where it is missing, for this process until the
 * descriptor is closed. */
int tm_place_lock(int place, const char *name, struct tm_refusal *refusal);

/* fsync(2), so that the names in it survive a crash. 0, or -1 with errno. */
int tm_place_sync(int place);

/* Whether a group is private to a user: the primary one, of the same name, with
 * no other member. */
bool tm_group_is_own(gid_t group, uid_t user);

/* "a FIFO" */
const char *tm_kind_name(mode_t mode);

#endif
