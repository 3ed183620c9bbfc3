/* A name service for tests: users from 5000 on are called "u5000" and so on,
 * there are no others. From 6000 on an answer takes SLOW_NAMES_MS. NAME_TEXT is
 * what user 7000 is called. If NAMES_FILE is set, users are those of its lines
 * "UID NAME"; for one called ! the service fails. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the line of the user says, "" without one. */
static void find_line(const char *path, unsigned uid, char name[33])
{
	FILE *const file = fopen(path, "re");
	unsigned other;

	while (file && fscanf(file, "%u %32s", &other, name) == 2) {
		if (other == uid) {
			fclose(file);
			return;
		}
	}
	*name = '\0';
	if (file)
		fclose(file);
}

int getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t size,
		struct passwd **found)
{
	const char *const ms = getenv("SLOW_NAMES_MS");
	const char *const text = getenv("NAME_TEXT");
	const char *const path = getenv("NAMES_FILE");
	char name[33];
	int length;

	if (ms && uid >= 6000)
		usleep(atoi(ms) * 1000);
	*found = NULL;
	if (path)
		find_line(path, uid, name);
	if (path ? !*name : uid < 5000)
		return 0;
	if (path && !strcmp(name, "!"))
		return EIO;
	if (path)
		length = snprintf(buffer, size, "%s", name);
	else if (uid == 7000 && text)
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
