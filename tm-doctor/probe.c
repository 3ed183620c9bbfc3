#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "probe.h"

/* proc_ns.h of the kernel: these have had fixed inodes since 3.8. */
static const struct {
	const char *name;
	ino_t inode;
} initial[] = {
	{ "user", 0xeffffffd },
	{ "pid", 0xeffffffc },
	{ "cgroup", 0xeffffffb },
};

bool probe_namespace_is_initial(const char *namespace)
{
	char path[64];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace);
	if (stat(path, &status))
		return true; /* a kernel without such namespaces */
	for (size_t i = 0; i < sizeof(initial) / sizeof(*initial); i++) {
		if (!strcmp(initial[i].name, namespace))
			return status.st_ino == initial[i].inode;
	}
	return true;
}

int probe_read(const char *path, char *text, size_t size)
{
	FILE *const file = fopen(path, "re");

	*text = '\0';
	if (!file)
		return -1;
	if (!fgets(text, size, file))
		*text = '\0';
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

void probe_list(const char *directory,
		void found(void *context, const char *name), void *context)
{
	DIR *const entries = opendir(directory);
	const struct dirent *entry;

	if (!entries)
		return;
	while ((entry = readdir(entries))) {
		if (*entry->d_name != '.')
			found(context, entry->d_name);
	}
	closedir(entries);
}

bool probe_name_is_plain(const char *text)
{
	return *text && *text != '-' &&
			!text[strspn(text,
					"abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_./:@+-")];
}
