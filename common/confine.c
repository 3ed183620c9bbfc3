#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

/* Younger than the headers of some systems that we build on. */
#define ACCESS_REFER (1ULL << 13)    /* version 2 */
#define ACCESS_TRUNCATE (1ULL << 14) /* version 3 */

static uint64_t what_to_forbid(long version)
{
	uint64_t access =
		LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE |
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		LANDLOCK_ACCESS_FS_MAKE_SYM;

	if (version >= 2)
		access |= ACCESS_REFER;
	if (version >= 3)
		access |= ACCESS_TRUNCATE;
	return access;
}

static int allow(int rules, int directory, uint64_t access)
{
	const struct landlock_path_beneath_attr beneath = {
		.allowed_access = access,
		.parent_fd = directory,
	};

	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		&beneath, 0);
}

static uint64_t what_to_allow(bool may_remove)
{
	return LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
	       ACCESS_TRUNCATE |
	       (may_remove ? LANDLOCK_ACCESS_FS_REMOVE_FILE : 0);
}

const char *tm_confine(int directory, bool may_remove)
{
	struct landlock_ruleset_attr forbidden = {0};
	const char *problem = NULL;
	long version, rules;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return strerror(errno);
	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 0)
		return strerror(errno);
	forbidden.handled_access_fs = what_to_forbid(version);
	rules = syscall(
		SYS_landlock_create_ruleset, &forbidden, sizeof(forbidden), 0);
	if (rules < 0)
		return strerror(errno);
	if ((directory >= 0 && allow(rules, directory,
				       forbidden.handled_access_fs &
					       what_to_allow(may_remove))) ||
		syscall(SYS_landlock_restrict_self, rules, 0))
		problem = strerror(errno);
	close(rules);
	return problem;
}
