#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "listing.h"
#include "snapshot.h"

#define NAME_SIZE 64
#define TRIES_MOST 100

/* The time is that of the table. */
static void snapshot_name(char name[NAME_SIZE], uint64_t time_ns, unsigned try)
{
	const time_t seconds = time_ns / TM_SECOND_NS;
	struct tm local;
	char when[32] = "";

	if (localtime_r(&seconds, &local))
		strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &local);
	if (try)
		snprintf(name, NAME_SIZE, "tm-top-%s-%u.txt", when, try + 1);
	else
		snprintf(name, NAME_SIZE, "tm-top-%s.txt", when);
}

/* A new file of this user's alone: never one that is there, nor what a link
 * leads to. */
static FILE *snapshot_open(char name[NAME_SIZE], uint64_t time_ns)
{
	int fd = -1;

	for (unsigned try = 0; try < TRIES_MOST && fd < 0; try++) {
		snapshot_name(name, time_ns, try);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return NULL;
	}
	return fd < 0 ? NULL : fdopen(fd, "w");
}

void snapshot_write(char *note, size_t size, struct top_view *view)
{
	char name[NAME_SIZE];
	FILE *const file = snapshot_open(name, view->summary.time_ns);
	const struct listing listing = {
		.out = file, .rows = &view->rows, .is_bytes = view->is_bytes
	};
	int error;

	if (!file) {
		snprintf(note, size, "%s: %s", name, strerror(errno));
		return;
	}
	listing_print(&listing, view->top);
	error = fflush(file) ? errno : 0;
	if (fclose(file) && !error)
		error = errno;
	if (error) {
		unlink(name);
		snprintf(note, size, "%s: %s", name, strerror(error));
	} else {
		snprintf(note, size, "%u row%s in %s", view->rows.count,
				view->rows.count == 1 ? " is" : "s are", name);
	}
}
