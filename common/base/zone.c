#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zone.h"

#define ZONES "/usr/share/zoneinfo/"
#define FILE_MOST 65536

/* The beginning of a file in the format of tzfile(5). */
struct zone_file {
	size_t size;
	char text[FILE_MOST];
};

static bool zone_read(struct zone_file *file, const char *path)
{
	FILE *const in = fopen(path, "re");

	if (!in)
		return false;
	file->size = fread(file->text, 1, sizeof(file->text), in);
	fclose(in);
	return file->size > 4 && !memcmp(file->text, "TZif", 4);
}

static bool zone_has_file(const char *name, struct zone_file *file)
{
	char path[sizeof(ZONES) + TM_ZONE_SIZE];

	snprintf(path, sizeof(path), ZONES "%.*s", TM_ZONE_SIZE - 1, name);
	return zone_read(file, path);
}

static bool zone_set(char zone[TM_ZONE_SIZE], const char *name, size_t size)
{
	if (!size || size >= TM_ZONE_SIZE)
		return false;
	memcpy(zone, name, size);
	zone[size] = '\0';
	return true;
}

/* The name of the system's zone whose file is the same. */
static bool zone_find_same(
		char zone[TM_ZONE_SIZE], const struct zone_file *wanted)
{
	static struct zone_file other;
	FILE *const table = fopen(ZONES "zone1970.tab", "re");
	char line[512], name[TM_ZONE_SIZE];
	bool is_same = false;

	while (table && !is_same && fgets(line, sizeof(line), table)) {
		if (*line == '#' || sscanf(line, "%*s %*s %127s", name) != 1 ||
				!zone_has_file(name, &other))
			continue;
		is_same = other.size == wanted->size &&
				!memcmp(other.text, wanted->text, other.size);
	}
	if (table)
		fclose(table);
	return is_same && zone_set(zone, name, strlen(name));
}

/* The rule for future times, which stands between two newlines at the end. */
static bool zone_find_rule(
		char zone[TM_ZONE_SIZE], const struct zone_file *file)
{
	const char *begin, *end;

	if (file->text[file->size - 1] != '\n')
		return false;
	end = file->text + file->size - 1;
	begin = memrchr(file->text, '\n', file->size - 1);
	return begin && zone_set(zone, begin + 1, end - begin - 1);
}

static bool zone_find_of_path(char zone[TM_ZONE_SIZE], const char *path)
{
	static const char mark[] = "/zoneinfo/";
	static struct zone_file file;
	char target[TM_ZONE_SIZE + sizeof(ZONES)];
	const ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *name;

	target[n < 0 ? 0 : n] = '\0';
	name = strstr(n < 0 ? path : target, mark);
	name = name ? name + strlen(mark) : NULL;
	if (name && tm_zone_is_known(name))
		return zone_set(zone, name, strlen(name));
	return zone_read(&file, path) &&
			(zone_find_same(zone, &file) ||
					zone_find_rule(zone, &file));
}

void tm_zone_find(char zone[TM_ZONE_SIZE])
{
	const char *given = getenv("TZ");

	if (!given)
		given = "/etc/localtime";
	given += *given == ':';
	if (*given == '/' ? zone_find_of_path(zone, given)
			  : tm_zone_is_known(given) &&
							zone_set(zone, given,
									strlen(given)))
		return;
	strcpy(zone, "UTC");
}

bool tm_zone_is_known(const char *zone)
{
	char path[sizeof(ZONES) + TM_ZONE_SIZE];

	if (!strchr(zone, '/') || strchr(zone, ','))
		return true; /* a rule such as CET-1CEST, or an attempt */
	snprintf(path, sizeof(path), ZONES "%.*s", TM_ZONE_SIZE - 1, zone);
	return !access(path, R_OK);
}
