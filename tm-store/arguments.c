#include <err.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/base/number.h"
#include "common/base/timestamp.h"
#include "common/history/query.h"

/* A local time, as tables show it. */
static bool parse_local(const char *text, uint64_t *time_ns)
{
	static const char *const forms[] = { "%Y-%m-%d %H:%M:%S",
		"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
		"%Y-%m-%d", "%Y-%m" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm local = { .tm_mday = 1, .tm_isdst = -1 };
		const char *const end = strptime(text, forms[i], &local);
		time_t seconds;

		if (!end || *end)
			continue;
		seconds = mktime(&local);
		*time_ns = seconds * TM_SECOND_NS;
		return seconds >= 0;
	}
	return false;
}

uint64_t parse_time(const char *option, const char *text)
{
	uint64_t time_ns;

	if (tm_number_parse(text, UINT64_MAX / TM_SECOND_NS, &time_ns))
		return time_ns * TM_SECOND_NS;
	if (tm_timestamp_parse(text, strlen(text), &time_ns) ||
			parse_local(text, &time_ns))
		return time_ns;
	errx(TM_MISUSED,
			"%s: not a time such as 2026-11-21 or '2026-11-21 06:33': %s",
			option, text);
}

uint32_t find_user(struct tm_history *history, const char *name)
{
	const struct passwd *user;
	uint64_t number;
	uint32_t uid;

	if (!strcmp(name, "none"))
		return TM_NOBODY;
	if (tm_number_parse(name, UINT32_MAX, &number))
		return number;
	if (tm_history_find_user(history, name, &uid))
		return uid;
	user = getpwnam(name);
	if (!user)
		errx(TM_FAILED,
				"--user: neither the history nor this machine "
				"knows that user; give the number");
	return user->pw_uid;
}
