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

void argument_check_range(const struct asked_range *asked)
{
	if (asked->hours && asked->since)
		tm_misuse("--hours and --since exclude each other");
}

void argument_range(const struct asked_range *asked, struct tm_history *history,
		uint64_t *from_ns, uint64_t *to_ns)
{
	const uint64_t back_ns = asked->hours * TM_HOUR_NS;
	uint64_t end_ns;

	if (asked->since)
		*from_ns = argument_time("since", asked->since);
	if (asked->until)
		*to_ns = argument_time("until", asked->until);
	if (asked->until && *from_ns >= *to_ns)
		errx(TM_MISUSED, "--since has to be before --until");
	if (!asked->hours)
		return;
	end_ns = *to_ns ? *to_ns : tm_history_newest(history);
	*from_ns = end_ns > back_ns ? end_ns - back_ns : 0;
	if (!*to_ns)
		*to_ns = end_ns + 1; /* the newest record, too */
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
