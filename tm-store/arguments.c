#include <err.h>
#include <pwd.h>
#include <string.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/history/query.h"
#include "common/history/where.h"

const char *find_database(const char *named)
{
	return named ? named : tm_variable_file("TM_DB", tm_history_path());
}

uint64_t argument_time(const char *option, const char *text)
{
	return tm_option_moment(&(struct tm_option){ .name = option }, text,
			tm_clock_wall_ns());
}

uint32_t find_user(struct tm_history *history, const char *option,
		const char *name)
{
	const struct passwd *user;
	uint64_t number;
	uint32_t uid;

	if (!*name)
		tm_misuse("--%s: no user is named; 'none' selects traffic "
			  "without one",
				option);
	if (!strcmp(name, "none"))
		return TM_NOBODY;
	if (tm_number_parse(name, UINT32_MAX, &number))
		return number;
	if (tm_history_find_user(history, name, &uid))
		return uid;
	if (!tm_history_is_local(history))
		errx(TM_FAILED,
				"--%s: %s: the history does not know that user, "
				"and is not of this machine; give the number",
				option, name);
	user = getpwnam(name);
	if (!user)
		errx(TM_FAILED,
				"--%s: %s: neither the history nor this machine "
				"knows that user; give the number",
				option, name);
	return user->pw_uid;
}
