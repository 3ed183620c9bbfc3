#include <stdlib.h>
#include <string.h>

#include "mounts.h"

static bool is_octal(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' &&
			text[1] <= '7' && text[2] >= '0' && text[2] <= '7';
}

/* Space, tab, newline, backslash and '#' are written as \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 |
					(from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* ID PARENT DEVICE ROOT POINT OPTIONS [FIELD ...] - TYPE SOURCE OPTIONS */
static bool mount_parse(char *line, struct tm_mount *mount)
{
	char *field;

	for (int i = 0; i < 3; i++)
		strsep(&line, " ");
	mount->root = strsep(&line, " ");
	mount->point = strsep(&line, " ");
	do
		field = strsep(&line, " ");
	while (field && strcmp(field, "-"));
	mount->type = strsep(&line, " ");
	mount->source = strsep(&line, " ");
	if (!mount->source)
		return false;
	unescape(mount->root);
	unescape(mount->point);
	unescape(mount->type);
	unescape(mount->source);
	return true;
}

int tm_mounts_open(struct tm_mounts *mounts)
{
	memset(mounts, 0, sizeof(*mounts));
	mounts->file = fopen("/proc/self/mountinfo", "re");
	return mounts->file ? 0 : -1;
}

bool tm_mounts_next(struct tm_mounts *mounts, struct tm_mount *mount)
{
	while (getline(&mounts->line, &mounts->size, mounts->file) > 0) {
		if (mount_parse(mounts->line, mount))
			return true;
	}
	return false;
}

void tm_mounts_close(struct tm_mounts *mounts)
{
	free(mounts->line);
	if (mounts->file)
		fclose(mounts->file);
}
