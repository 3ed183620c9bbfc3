/* The directory that rows are written to: opened once, checked, locked. */
#ifndef TM_CSV_PLACE_H
#define TM_CSV_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

#define TM_REFUSAL_SIZE 256

struct tm_place {
	const char *path;
	int fd; /* O_PATH */
	int lock;
};

/* Opens and checks; a line on stderr and exit 1 when it is not fit: missing,
 * another's, one where others can make files, or reached by a symbolic link
 * that neither root nor this user made. */
void tm_place_open(struct tm_place *place, const char *path);

/* Takes the lock of that name until the end of the process; a line on stderr
 * and exit 1 when another process has it. */
void tm_place_lock(struct tm_place *place, const char *name);

/* Whether a group is a user's alone: of the same name, with no one else. */
bool tm_group_is_own(gid_t group, uid_t user);

/* Why a file or directory is not this user's to trust, "" when it is. */
const char *tm_place_refusal(
	char text[TM_REFUSAL_SIZE], const struct stat *status);

#endif
