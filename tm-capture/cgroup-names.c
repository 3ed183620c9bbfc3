#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup-names.h"
#include "common/base/clock.h"
#include "common/base/index.h"

#define PIECE_NS (2 * TM_MS_NS)
#define PAUSE_NS                                                               \
	(500 * TM_MS_NS) /* between two readings of the tree, at least */
#define CHECK 256	 /* entries read before the clock is checked */

/* Paths in the order in which they were found. A reading of the tree goes
 * through them: each directory adds those that it contains. */
struct listing {
	struct tm_index ids;
	char **paths;
	uint32_t next; /* to be read */
};

struct cgroup_names {
	const struct cgroup_tree *tree;
	struct listing known;	/* of the last complete reading */
	struct listing reading; /* of the current one */
	DIR *directory;		/* that is being read, or NULL */
	dev_t device;
	bool is_reading;
	uint64_t begun_ns;
};

static void listing_free(struct listing *listing)
{
	for (uint32_t i = 0; i < listing->ids.count; i++)
		free(listing->paths[i]);
	free(listing->paths);
	tm_index_free(&listing->ids);
	memset(listing, 0, sizeof(*listing));
}

/* Without memory, or if the id is known, the path is dropped. */
static void listing_add(struct listing *listing, uint64_t id, char *path)
{
	const uint32_t count = listing->ids.count;
	char **paths = listing->paths;

	if (path && !(count & (count - 1))) {
		paths = realloc(paths,
				(count ? 2 * count : 1) * sizeof(*paths));
		if (paths)
			listing->paths = paths;
	}
	if (path && paths &&
			tm_index_find(&listing->ids, id) == TM_INDEX_NONE &&
			tm_index_add(&listing->ids, id) == count)
		paths[count] = path;
	else
		free(path);
}

static const char *listing_find(const struct listing *listing, uint64_t id)
{
	const uint32_t number = tm_index_find(&listing->ids, id);

	return number == TM_INDEX_NONE ? NULL : listing->paths[number];
}

static char *join_path(const char *path, const char *name)
{
	char *joined;

	if (!strcmp(path, "/"))
		path = "";
	joined = malloc(strlen(path) + 1 + strlen(name) + 1);
	if (joined)
		stpcpy(stpcpy(stpcpy(joined, path), "/"), name);
	return joined;
}

static void reading_begin(struct cgroup_names *names)
{
	struct stat root;

	names->begun_ns = tm_clock_steady_ns();
	if (stat(names->tree->mount, &root))
		return;
	names->device = root.st_dev;
	listing_add(&names->reading, root.st_ino, strdup("/"));
	names->is_reading = true;
}

static void reading_end(struct cgroup_names *names)
{
	listing_free(&names->known);
	names->known = names->reading;
	memset(&names->reading, 0, sizeof(names->reading));
	names->is_reading = false;
}

/* Opens the next directory, unless it is gone or another file system. */
static void reading_open(struct cgroup_names *names)
{
	const char *const path = names->reading.paths[names->reading.next];
	char *const whole = join_path(names->tree->mount, path + 1);
	struct stat status;

	names->directory = whole ? opendir(whole) : NULL;
	free(whole);
	if (names->directory &&
			(fstat(dirfd(names->directory), &status) ||
					status.st_dev != names->device)) {
		closedir(names->directory);
		names->directory = NULL;
	}
	if (!names->directory)
		names->reading.next++;
}

/* Reads one entry. Its inode is the id of the cgroup, without a stat(2). */
static void reading_step(struct cgroup_names *names)
{
	struct listing *const reading = &names->reading;
	const struct dirent *entry;

	if (!names->directory) {
		reading_open(names);
		return;
	}
	entry = readdir(names->directory);
	if (!entry) {
		closedir(names->directory);
		names->directory = NULL;
		reading->next++;
	} else if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0) {
		listing_add(reading, entry->d_ino,
				join_path(reading->paths[reading->next],
						entry->d_name));
	}
}

/* Reads until then, by the steady clock. */
static void reading_continue(struct cgroup_names *names, uint64_t until_ns)
{
	do {
		for (int i = 0; i < CHECK && names->is_reading; i++) {
			if (names->reading.next == names->reading.ids.count)
				reading_end(names);
			else
				reading_step(names);
		}
	} while (names->is_reading && tm_clock_steady_ns() < until_ns);
}

bool cgroup_names_continue(struct cgroup_names *names)
{
	if (names->is_reading)
		reading_continue(names, tm_clock_steady_ns() + PIECE_NS);
	return names->is_reading;
}

struct cgroup_names *cgroup_names_new(const struct cgroup_tree *tree)
{
	struct cgroup_names *const names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->tree = tree;
	reading_begin(names);
	reading_continue(names, UINT64_MAX);
	return names;
}

static const char *name_of_cgroup(const struct cgroup_names *names, uint64_t id)
{
	const char *const path = listing_find(&names->reading, id);

	return path ? path : listing_find(&names->known, id);
}

const char *cgroup_names_find(struct cgroup_names *names, uint64_t id)
{
	const char *const path = name_of_cgroup(names, id);

	if (path || names->is_reading ||
			tm_clock_steady_ns() - names->begun_ns < PAUSE_NS)
		return path;
	reading_begin(names);
	cgroup_names_continue(names);
	return name_of_cgroup(names, id);
}

void cgroup_names_free(struct cgroup_names *names)
{
	if (!names)
		return;
	if (names->directory)
		closedir(names->directory);
	listing_free(&names->known);
	listing_free(&names->reading);
	free(names);
}
