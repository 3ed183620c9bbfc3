#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

/* Missing from the headers of some systems that we build on. */
#define ACCESS_REFER (1ULL << 13)    /* version 2 */
#define ACCESS_TRUNCATE (1ULL << 14) /* version 3 */

#define READ_ACCESS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_ACCESS (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define FILE_ACCESS (LANDLOCK_ACCESS_FS_READ_FILE | WRITE_ACCESS)

static uint64_t what_to_forbid(long version, bool may_read)
{
	uint64_t access = LANDLOCK_ACCESS_FS_WRITE_FILE |
			LANDLOCK_ACCESS_FS_EXECUTE |
			LANDLOCK_ACCESS_FS_REMOVE_DIR |
			LANDLOCK_ACCESS_FS_REMOVE_FILE |
			LANDLOCK_ACCESS_FS_MAKE_CHAR |
			LANDLOCK_ACCESS_FS_MAKE_DIR |
			LANDLOCK_ACCESS_FS_MAKE_REG |
			LANDLOCK_ACCESS_FS_MAKE_SOCK |
			LANDLOCK_ACCESS_FS_MAKE_FIFO |
			LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			LANDLOCK_ACCESS_FS_MAKE_SYM;

	if (!may_read)
		access |= READ_ACCESS;
	if (version >= 2)
		access |= ACCESS_REFER;
	if (version >= 3)
		access |= ACCESS_TRUNCATE;
	return access;
}

static uint64_t what_to_allow(unsigned may)
{
	return (may & TM_MAY_READ ? READ_ACCESS : 0) |
			(may & TM_MAY_WRITE ? WRITE_ACCESS : 0) |
			(may & TM_MAY_MAKE ? LANDLOCK_ACCESS_FS_MAKE_REG : 0) |
			(may & TM_MAY_REMOVE ? LANDLOCK_ACCESS_FS_REMOVE_FILE
					     : 0);
}

/* The kernel refuses a rule for a file that allows an action on directories. */
static int allow_at(int rules, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = access,
		.parent_fd = fd };
	struct stat status;

	if (!fstat(fd, &status) && !S_ISDIR(status.st_mode))
		beneath.allowed_access &= FILE_ACCESS;
	if (!beneath.allowed_access)
		return 0;
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
			&beneath, 0);
}

static int allow(int rules, const struct tm_place *place, uint64_t forbidden)
{
	const int fd = place->path ? open(place->path, O_PATH | O_CLOEXEC)
				   : place->fd;
	int result = 0;

	if (fd >= 0)
		result = allow_at(rules, fd,
				forbidden & what_to_allow(place->may));
	if (fd >= 0 && place->path)
		close(fd);
	return result;
}

static int restrict_to(int rules, const struct tm_place *places, size_t count,
		uint64_t forbidden)
{
	for (size_t i = 0; i < count; i++) {
		if (allow(rules, &places[i], forbidden))
			return -1;
	}
	return syscall(SYS_landlock_restrict_self, rules, 0);
}

const char *tm_confine(
		const struct tm_place *places, size_t count, bool may_read)
{
	struct landlock_ruleset_attr forbidden = { 0 };
	const char *problem = NULL;
	long version, rules;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return strerror(errno);
	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 0)
		return strerror(errno);
	forbidden.handled_access_fs = what_to_forbid(version, may_read);
	rules = syscall(SYS_landlock_create_ruleset, &forbidden,
			sizeof(forbidden), 0);
	if (rules < 0)
		return strerror(errno);
	if (restrict_to(rules, places, count, forbidden.handled_access_fs))
		problem = strerror(errno);
	close(rules);
	return problem;
}
