#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "checks.h"
#include "trial.h"

/* With --every and --hook tc tm-capture holds 38, and two for each interface
 * but the first, of which there may be INTERFACES_MOST. */
#define FILES_LEAST 80
#define MEMLOCK_LEAST ((rlim_t)16 << 20)
#define MEMORY_LEAST_KB (64 * 1024)

/* Whether maps count as locked memory, as they did before 5.11: 1, 0, or -1
 * where that cannot be tried. */
static int counts_as_locked(void)
{
	struct rlimit limit, none;
	int map;

	getrlimit(RLIMIT_MEMLOCK, &limit);
	none = limit;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_MEMLOCK, &none);
	map = trial_map(BPF_MAP_TYPE_ARRAY, 4, 4096, 1, 0);
	setrlimit(RLIMIT_MEMLOCK, &limit);
	if (map < 0) {
		map = trial_map(BPF_MAP_TYPE_ARRAY, 4, 4096, 1, 0);
		if (map < 0)
			return -1;
		close(map);
		return 1;
	}
	close(map);
	return 0;
}

/* tm-capture raises the limit where it may, so this does the same: what is
 * tried later then meets what tm-capture will meet. */
static void check_locked(struct findings *table)
{
	static const char name[] = "locked memory";
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	const int counts = counts_as_locked();
	struct rlimit limit;
	struct finding *row;

	setrlimit(RLIMIT_MEMLOCK, &all);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (counts < 0)
		row = finding_add(table, name, FINDING_UNKNOWN,
				"no map could be made to try");
	else if (!counts)
		row = finding_add(table, name, FINDING_OK,
				"this kernel needs no limit for maps");
	else if (limit.rlim_cur >= MEMLOCK_LEAST)
		row = finding_add(
				table, name, FINDING_OK, "enough for the ring");
	else
		row = finding_add(table, name, FINDING_MISSING,
				"%ju kB, and this kernel counts maps as such",
				(uintmax_t)limit.rlim_cur / 1024);
	row->is_needed = true;
	if (row->state == FINDING_MISSING)
		finding_fix(row, "there is no room for the ring and the maps",
				"ulimit -l unlimited (LimitMEMLOCK=infinity in a "
				"unit)");
}

static void check_files(struct findings *table)
{
	struct rlimit limit;
	struct finding *row;

	getrlimit(RLIMIT_NOFILE, &limit);
	row = finding_add(table, "open files",
			limit.rlim_cur < FILES_LEAST ? FINDING_MISSING
						     : FINDING_OK,
			"%ju", (uintmax_t)limit.rlim_cur);
	row->is_needed = true;
	if (row->state == FINDING_MISSING)
		finding_fix(row, "programs and maps take 30 to 68 descriptors",
				"ulimit -n 1024");
}

static void check_memory(struct findings *table)
{
	FILE *const file = fopen("/proc/meminfo", "re");
	unsigned long long kb = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file) &&
			sscanf(line, "MemAvailable: %llu", &kb) != 1)
		;
	if (file)
		fclose(file);
	if (!kb)
		finding_add(table, "memory", FINDING_UNKNOWN,
				"/proc/meminfo: %s",
				file ? "no figure in it" : strerror(errno));
	else if (kb < MEMORY_LEAST_KB)
		finding_fix(finding_add(table, "memory", FINDING_NOTE,
					    "%llu MB available", kb / 1024),
				"maps grow with sockets and users; without memory a "
				"socket's process stays unknown",
				"tm-capture --ring 1M");
	else
		finding_add(table, "memory", FINDING_OK, "%llu MB available",
				kb / 1024);
}

void check_limits(struct doctor *doctor)
{
	doctor->table.group = "limits";
	check_locked(&doctor->table);
	check_files(&doctor->table);
	check_memory(&doctor->table);
}
