#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "checks.h"
#include "trial.h"

/* With --every and --hook tc tm-capture holds 38, and two for each interface
 * but the first, of which there may be TM_INTERFACES. */
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
	map = tm_trial_map(BPF_MAP_TYPE_ARRAY, 4, 4096, 1, 0);
	setrlimit(RLIMIT_MEMLOCK, &limit);
	if (map < 0) {
		map = tm_trial_map(BPF_MAP_TYPE_ARRAY, 4, 4096, 1, 0);
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
static void check_locked(struct tm_table *table)
{
	static const char name[] = "locked memory";
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	const int counts = counts_as_locked();
	struct rlimit limit;
	struct tm_row *row;

	setrlimit(RLIMIT_MEMLOCK, &all);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (counts < 0)
		row = tm_row_add(table, name, TM_UNKNOWN,
				"no map could be made to try");
	else if (!counts)
		row = tm_row_add(table, name, TM_OK,
				"this kernel needs no limit for maps");
	else if (limit.rlim_cur >= MEMLOCK_LEAST)
		row = tm_row_add(table, name, TM_OK, "enough for the ring");
	else
		row = tm_row_add(table, name, TM_MISSING,
				"%ju kB, and this kernel counts maps as such",
				(uintmax_t)limit.rlim_cur / 1024);
	row->is_needed = true;
	if (row->state == TM_MISSING)
		tm_row_mend(row, "there is no room for the ring and the maps",
				"ulimit -l unlimited (LimitMEMLOCK=infinity in a "
				"unit)");
}

static void check_files(struct tm_table *table)
{
	struct rlimit limit;
	struct tm_row *row;

	getrlimit(RLIMIT_NOFILE, &limit);
	row = tm_row_add(table, "open files",
			limit.rlim_cur < FILES_LEAST ? TM_MISSING : TM_OK,
			"%ju", (uintmax_t)limit.rlim_cur);
	row->is_needed = true;
	if (row->state == TM_MISSING)
		tm_row_mend(row, "programs and maps take 30 to 68 descriptors",
				"ulimit -n 1024");
}

static void check_memory(struct tm_table *table)
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
		tm_row_add(table, "memory", TM_UNKNOWN, "/proc/meminfo: %s",
				file ? "tells nothing" : strerror(errno));
	else if (kb < MEMORY_LEAST_KB)
		tm_row_mend(tm_row_add(table, "memory", TM_NOTE,
					    "%llu MB available", kb / 1024),
				"maps grow with sockets and users; without memory a "
				"socket's process stays unknown",
				"tm-capture --ring 1M");
	else
		tm_row_add(table, "memory", TM_OK, "%llu MB available",
				kb / 1024);
}

void tm_check_limits(struct tm_doctor *doctor)
{
	doctor->table.group = "limits";
	check_locked(&doctor->table);
	check_files(&doctor->table);
	check_memory(&doctor->table);
}
