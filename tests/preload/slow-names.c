/* A name service for tests: users from 5000 on are called "u5000" and so on,
 * there are no others. From 6000 on an answer takes SLOW_NAMES_MS. NAME_TEXT is
 * what user 7000 is called. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t size,
		struct passwd **found)
{
	const char *const ms = getenv("SLOW_NAMES_MS");
	const char *const text = getenv("NAME_TEXT");
	int length;

	if (ms && uid >= 6000)
		usleep(atoi(ms) * 1000);
	*found = NULL;
	if (uid < 5000)
		return 0;
	if (uid == 7000 && text)
		length = snprintf(buffer, size, "%s", text);
	else
		length = snprintf(buffer, size, "u%u", uid);
	if ((size_t)length >= size)
		return ERANGE;
	user->pw_name = buffer;
	user->pw_uid = uid;
	*found = user;
	return 0;
}
